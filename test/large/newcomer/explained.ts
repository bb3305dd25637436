/** What must hold of everything that goes wrong, whatever it is. @packageDocumentation */

import { expect } from 'vitest'
import { type Finished, hearsay } from '../../peer/command-line.ts'

/** Two lines and a half of a wide terminal: who has to scroll does not read. */
const LONGEST = 400

const outputs: string[] = []

/** Everything that commands have said so far, to both streams. */
export const said = (): readonly string[] => outputs

/** Keeps what a command said, which may have gone well. */
export function heard(finished: Finished): Finished {
  outputs.push(finished.stdout, finished.stderr)
  return finished
}

/**
 * Expects a command to have ended so that somebody who does not know the code can go on.
 *
 * @param words what must be said: what is wrong, and what to do
 */
export async function expectExplained(finished: Finished, code: number, ...words: readonly RegExp[]): Promise<void> {
  const { stderr } = heard(finished)
  expect(finished.code, stderr).toBe(code)
  for (const each of words) expect(stderr).toMatch(each)
  expect(stderr).not.toMatch(/^ +at |bug of hearsay|undefined|\[object/m)
  const complaint = stderr.trimEnd().split('\n').at(-1) ?? ''
  expect(complaint).toMatch(/^hearsay: \S/)
  expect(complaint.length, complaint).toBeLessThanOrEqual(LONGEST)
  // Wrong usage is found before anything else is said.
  if (code === 2) expect(stderr).toBe(`${complaint}\n`)
  const known = await options()
  for (const [option] of stderr.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) expect(known).toContain(option)
}

let known: Promise<ReadonlySet<string>> | undefined

/** Every option that a command takes. */
function options(): Promise<ReadonlySet<string>> {
  known ??= readOptions()
  return known
}

async function readOptions(): Promise<ReadonlySet<string>> {
  const { stdout } = await hearsay('--help')
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, command]) => command)
  const helps = await Promise.all(commands.map(command => hearsay(command, '--help')))
  return new Set(helps.flatMap(help => [...help.stdout.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option)))
}
