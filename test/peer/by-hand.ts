/** Swarms that people start by hand, of the command line, each peer with a process of its own. @packageDocumentation */

import { expect } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, type Finished, type Running, start, warmHearsay } from './command-line.ts'

/** Named: trying what else is installed takes longer than these runs. */
export const HERE = ['--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--backend', 'wasm', '--wait', '120']

/** The line that is printed to be pasted. */
const LINE = /^ {2}(hearsay peer .* --connect \S*127\.0\.0\.1\S* --invite \S+)$/m
export const INVITATION = /^hearsay-invite-[\w-]+\n$/

/** What a person does, with files in a folder of the calling test file's own. */
export function createHand() {
  const folder = temporaryFolder()
  const at = (name: string) => `${folder.path}/${name}`
  const data = `csv:${folder.write('blobs.csv', blobs())}`

  /** Makes a recipe of its own, found by its name. */
  async function found(name: string, ...flags: readonly string[]): Promise<Finished> {
    const made = ['--data', data, '--model', 'linear', '--steps', '60', '--out', at(`${name}.json`)]
    const finished = await warmHearsay('init', '--yes', ...made, ...flags)
    expect(finished, finished.stderr).toMatchObject({ code: 0 })
    return finished
  }

  async function invite(state: string, ...flags: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await warmHearsay('invite', '--state', at(state), ...flags)
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: expect.stringMatching(INVITATION) })
    return stdout.trim()
  }

  const peer = (recipe: string, ...flags: readonly string[]): Running =>
    start(['peer', at(`${recipe}.json`), '--data', data, ...HERE, ...flags])

  /** On this machine, and on this data: what the line leaves to whoever pastes it. */
  const here = (line: string) => `${line.replace('--data SOURCE', `--data '${data}'`)} ${HERE.join(' ')}`

  return { write: folder.write, at, data, found, invite, peer, here }
}

/** The line that a waiting peer prints, as it would be pasted. */
export async function lineOf(waiting: Running): Promise<string> {
  await waiting.printed(LINE)
  return (LINE.exec(waiting.soFar().stderr) as RegExpExecArray)[1]
}

export async function addressOf(waiting: Running): Promise<string> {
  return (/--connect (\S+)/.exec(await lineOf(waiting)) as RegExpExecArray)[1]
}
