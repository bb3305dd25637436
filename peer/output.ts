import { styleText } from 'node:util'
import { type LogFormat, type LogLevel, writeJsonLog } from './json-log.ts'
import { fitting, PROSE_WIDTH, widthOf, wrap } from './prose.ts'

/** The flags of every command that decide what goes where. */
export interface OutputFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  /** How what is said to people on stderr is written; of commands that run for days. */
  readonly logFormat?: LogFormat
}

export interface OutputOptions {
  /**
   * Whether lines for people carry the time of day, as of what runs for hours. With `--json` they do not: the events have
   * their time.
   */
  readonly timed?: boolean
}

/** The output of a command. Errors are not its business: those are always printed. */
export interface Output {
  readonly json: boolean
  /** A line for people while something runs, on stderr. */
  say(line: string): void
  /** The same in figures, the most important first: in a terminal as many as fit in a line. */
  sayFigures(figures: readonly [string, ...string[]]): void
  /** The same, for what may need attention. */
  warn(line: string): void
  /** The one result, on stdout, with `--quiet` too: it is what the command is for. With `--json` the machine's output takes its place. */
  print(text: string): void
  /** A result for people, on stdout; with `--json` the machine's output takes its place. */
  show(text: string): void
  /** With `--json`: one line on stdout. */
  jsonLine(value: unknown): void
  /** With `--json`: the one document on stdout. */
  jsonDocument(value: unknown): void
  /** Whether there is somebody before a terminal to draw for. */
  readonly live: boolean
}

const BETWEEN_FIGURES = '   '

export function createOutput(flags: OutputFlags, { timed = false }: OutputOptions = {}): Output {
  const { json = false, quiet = false, logFormat = 'text' } = flags
  const isText = logFormat === 'text'
  const people = isText ? linesOfText(timed && !json) : linesOfJson
  return {
    json,
    live: !quiet && isText && process.stderr.isTTY === true,
    say: line => {
      if (!quiet) people.say('info', line)
    },
    sayFigures: figures => {
      if (!quiet) people.sayFigures(figures)
    },
    warn: line => {
      if (!quiet) people.say('warning', line)
    },
    print: text => {
      if (!json) process.stdout.write(`${text}\n`)
    },
    show: text => {
      if (!quiet && !json) process.stdout.write(`${text}\n`)
    },
    jsonLine: value => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`)
    },
    jsonDocument: value => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
  }
}

/** Where people are told something: stderr. */
interface Lines {
  say(level: Exclude<LogLevel, 'error'>, line: string): void
  sayFigures: Output['sayFigures']
}

const linesOfJson: Lines = {
  say: writeJsonLog,
  sayFigures: figures => writeJsonLog('info', figures.join(BETWEEN_FIGURES)),
}

/** @param timed whether they begin with the time of day */
function linesOfText(timed: boolean): Lines {
  const isTerminal = process.stderr.isTTY === true
  const startOfLine = () => (timed ? `${timeOfDay()} ` : '')
  const write = (start: string, line: string) => {
    process.stderr.write(`${start === '' ? '' : styleText('dim', start, { stream: process.stderr })}${line}\n`)
  }
  return {
    say(level, text) {
      const line = level === 'info' ? text : `${styleText('yellow', 'warning:', { stream: process.stderr })} ${text}`
      // An indented line is a command, to be copied as it is, or a table.
      if (line.startsWith(' ')) {
        write('', line)
        return
      }
      const start = startOfLine()
      // Only for eyes: a program reads lines.
      const lines = isTerminal ? wrap(line, ' '.repeat(start.length), widthOf(process.stderr)) : start + line
      write(start, lines.slice(start.length))
    },
    sayFigures(figures) {
      const start = startOfLine()
      const width = isTerminal ? (process.stderr.columns || PROSE_WIDTH) - start.length : Number.POSITIVE_INFINITY
      write(start, fitting(figures, width, BETWEEN_FIGURES))
    },
  }
}

/** HH:MM:SS, as the clock on the wall shows it. */
function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8)
}
