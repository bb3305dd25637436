import { stripVTControlCharacters } from 'node:util'

/** How the lines on stderr are written: for people, or as one JSON object each for what collects logs. */
export const LOG_FORMATS = ['text', 'json'] as const

export type LogFormat = (typeof LOG_FORMATS)[number]

export type LogLevel = 'info' | 'warning' | 'error'

/** Writes a line of a log on stderr. */
export function writeJsonLog(level: LogLevel, text: string): void {
  const message = stripVTControlCharacters(text).trim()
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message })}\n`)
}

/** Whether a command line asks for JSON. It is asked before it is parsed, because what is wrong with it is a line of the log too. */
export function asksForJsonLog(args: readonly string[]): boolean {
  return args.some((arg, i) => arg === '--log-format=json' || (arg === 'json' && args[i - 1] === '--log-format'))
}

/** What Node itself warns of is a line of the log too. */
export function logNodeWarnings(): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => writeJsonLog('warning', `${name}: ${message}`))
}
