/**
 * A founder and a guest of an `invited` swarm, as processes that are given no address, to be run where multicast stays on this machine. The
 * guest comes with the invitation that the founder tells of while it waits. Prints on what they sealed, and how they ended, as JSON.
 *
 * @packageDocumentation
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../../peer/hearsay.ts', import.meta.url))

interface Said {
  readonly event: string
  readonly invite?: string
  readonly parametersHash?: string
}

const folder = mkdtempSync(join(tmpdir(), 'hearsay-near-by-'))
const running: ChildProcess[] = []

/** @returns what it says, line by line, and how it ends */
function start(data: string, ...args: readonly string[]) {
  const own = ['--data', data, '--backend', 'wasm', '--wait', '60', '--json', '--quiet']
  const command = [PROGRAM, 'peer', 'recipe.json', ...own, '--listen', '/ip4/127.0.0.1/tcp/0', ...args]
  const child = spawn(process.execPath, command, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  const events: Said[] = []
  const lines = createInterface({ input: child.stdout })
  const invited = new Promise<string>((resolve, reject) => {
    lines.on('line', line => {
      const said = JSON.parse(line) as Said
      events.push(said)
      if (said.invite !== undefined) resolve(said.invite)
    })
    child.once('close', () => reject(new Error('ended without an invitation')))
  })
  invited.catch(() => {})
  const ended = new Promise<{ exit: number | null; hash: string | undefined }>(resolve => {
    child.once('close', exit =>
      resolve({ exit, hash: events.find(({ event }) => event === 'consensus')?.parametersHash }),
    )
  })
  return { invited, ended }
}

async function main(): Promise<void> {
  const rows = Array.from({ length: 80 }, (_, i) => `${i % 2},${((i * 37) % 50) / 50},${i % 2 ? 'yes' : 'no'}`)
  writeFileSync(join(folder, 'blobs.csv'), ['x,y,label', ...rows].join('\n'))
  const data = 'csv:blobs.csv'
  const init = ['init', '--yes', '--quiet', '--data', data, '--model', 'linear', '--steps', '100', '--state', 'founder']
  execFileSync(process.execPath, [PROGRAM, ...init], { cwd: folder, stdio: 'inherit' })
  const founder = start(data, '--state', 'founder')
  const guest = start(data, '--invite', await founder.invited)
  console.log(JSON.stringify(await Promise.all([founder.ended, guest.ended])))
}

try {
  await main()
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
