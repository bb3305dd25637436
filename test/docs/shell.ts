/**
 * What a shell makes of a block of the documentation.
 *
 * @packageDocumentation
 */

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Runs nothing: no program is on the path, and whatever is not found is written down instead, each word ended by NUL, a command by two. */
const NOTES_COMMANDS = `
exec 3>&1 >/dev/null
command_not_found_handle() { printf '%s\\0' "$@" '' >&3; }
cd() { :; }
source() { :; }
`

/**
 * The commands of a block, word by word, as bash reads it.
 *
 * @throws where it cannot be read
 */
export async function commandsIn(block: string): Promise<string[][]> {
  const empty = await mkdtemp(join(tmpdir(), 'hearsay-docs-'))
  try {
    const { stdout, stderr } = await promisify(execFile)('/bin/bash', ['--norc', '-c', `${NOTES_COMMANDS}${block}`], {
      cwd: empty,
      env: { PATH: '/nowhere' },
    })
    if (stderr !== '') throw new Error(`a shell says: ${stderr}`)
    return stdout
      .split('\0\0')
      .filter(command => command !== '')
      .map(command => command.split('\0'))
  } finally {
    await rm(empty, { recursive: true, force: true })
  }
}

const A_MONTH_MS = 30 * 24 * 3_600_000

/** What stands in the documentation for something of the reader's own, and one of its kind. */
const PLACEHOLDERS: readonly (readonly [written: RegExp, such: string])[] = [
  [/12D3KooW…/g, '12D3KooWBhvxmvKvTYGJvXjsGBp7ybr3fRUu3MyiwTCQcHu2tPEB'],
  [/\bADDRESS\b/g, '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWBhvxmvKvTYGJvXjsGBp7ybr3fRUu3MyiwTCQcHu2tPEB'],
  [/\bSOURCE\b/g, 'csv:mine.csv'],
  // A day that is still to come, whenever this is read.
  [/\b20\d\d-\d\d-\d\d\b/g, new Date(Date.now() + A_MONTH_MS).toISOString().slice(0, 10)],
]

/** A block with something of its kind for each placeholder. */
export function filledIn(block: string): string {
  return PLACEHOLDERS.reduce((text, [written, such]) => text.replaceAll(written, such), block)
}

/** The arguments of `hearsay`, also as the repository's script; undefined of another command. */
export function argumentsOfHearsay(command: readonly string[]): readonly string[] | undefined {
  const ways = [['hearsay'], ['npm', 'run', 'hearsay', '--']]
  const way = ways.find(words => words.every((word, index) => command[index] === word))
  return way && command.slice(way.length)
}
