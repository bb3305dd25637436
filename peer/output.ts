import { styleText } from 'node:util'
import { widthOf, wrap } from './prose.ts'

/** The flags of every command that decide what goes where. */
export interface OutputFlags {
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Where a command says what. Errors are not its business: those are always said. */
export interface Output {
  readonly json: boolean
  /** A line for people while something runs, on stderr. */
  say(line: string): void
  /** The same, for what may need attention. */
  warn(line: string): void
  /** A result for people, on stdout; with `--json` the machine's output takes its place. */
  show(text: string): void
  /** With `--json`: one line on stdout. */
  jsonLine(value: unknown): void
  /** With `--json`: the one document on stdout. */
  jsonDocument(value: unknown): void
  /** Whether there is somebody before a terminal to draw for. */
  readonly live: boolean
}

export function createOutput({ json = false, quiet = false }: OutputFlags): Output {
  const tellPeople = (line: string) => {
    if (quiet) return
    // Only for eyes: a program reads lines. What is indented is a command or a table.
    const isProse = process.stderr.isTTY === true && !line.startsWith(' ')
    process.stderr.write(`${isProse ? wrap(line, '', widthOf(process.stderr)) : line}\n`)
  }
  return {
    json,
    live: !quiet && process.stderr.isTTY === true,
    say: tellPeople,
    warn: line => tellPeople(`${styleText('yellow', 'warning:', { stream: process.stderr })} ${line}`),
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
