import { styleText } from 'node:util'
import { type LogFormat, type LogLevel, writeJsonLog } from './json-log.ts'
import { createScreen, type Screen } from './live/screen.ts'
import { fitting, PROSE_WIDTH, widthOf, wrap } from './prose.ts'

/** The flags of every command that decide what goes where. */
export interface OutputFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  /** Whether every step on the way is a line that stays; of commands that have many. */
  readonly verbose?: boolean
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
  /** The lowest lines of the terminal, below all that is said and printed; undefined where nobody looks at them. */
  readonly screen: Screen | undefined
}

const BETWEEN_FIGURES = '   '

export function createOutput(flags: OutputFlags, { timed = false }: OutputOptions = {}): Output {
  const { json = false, quiet = false, verbose = false, logFormat = 'text' } = flags
  const isText = logFormat === 'text'
  const people = isText ? linesOfText(timed && !json) : linesOfJson
  const isLive = !quiet && !verbose && isText && process.stderr.isTTY === true && !logsThere()
  const screen = isLive ? createScreen(process.stderr) : undefined
  const above: Screen['above'] = screen?.above ?? (write => write())
  // Of what goes elsewhere the terminal sees nothing.
  const printing: Screen['above'] = process.stdout.isTTY === true ? above : write => write()
  const print = (text: string) => printing(() => void process.stdout.write(`${text}\n`))
  return {
    json,
    screen,
    say: line => {
      if (!quiet) above(() => people.say('info', line))
    },
    sayFigures: figures => {
      if (!quiet) above(() => people.sayFigures(figures))
    },
    warn: line => {
      if (!quiet) above(() => people.say('warning', line))
    },
    print: text => {
      if (!json) print(text)
    },
    show: text => {
      if (!quiet && !json) print(text)
    },
    jsonLine: value => {
      if (json) print(JSON.stringify(value))
    },
    jsonDocument: value => {
      if (json) print(JSON.stringify(value, null, 2))
    },
  }
}

/** The log of libp2p goes to the same terminal, and knows of no frame in it. */
function logsThere(): boolean {
  return (process.env.DEBUG ?? '') !== ''
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
