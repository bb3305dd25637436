/**
 * Three `hearsay peer` processes that are given no address, to be run where multicast stays on this machine. The
 * third is killed in the middle of an exchange and started again from its state. Prints what they said as one JSON
 * document.
 *
 * @packageDocumentation
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { readCheckpoint } from '../../../src/public/models.ts'

const PROGRAM = fileURLToPath(new URL('../../../peer/hearsay.ts', import.meta.url))
const CHECKPOINT = 'checkpoint.safetensors'
const PEERS = 3
/** A few seconds of training for who is killed early: it is back before the others have finished. */
const STEPS = 500
/** A kill that comes too late to hit an exchange is tried again so often. */
const MAX_KILLS = 8

type Said = Record<string, unknown> & { readonly event: string }

interface Running {
  readonly child: ChildProcess
  readonly events: Said[]
  /** Resolves with the first event of this name, said before or after. */
  said(event: string): Promise<Said>
  readonly exit: Promise<number | string | null>
}

const folder = mkdtempSync(join(tmpdir(), 'hearsay-three-'))
const recipe = join(folder, 'recipe.json')
writeFileSync(recipe, JSON.stringify({ training: { steps: STEPS } }))
const stateOf = (index: number) => join(folder, `peer-${index}`)

function start(index: number): Running {
  const args = ['peer', recipe, '--json', '--quiet', '--seed', '1', '--shard', `${index}/${PEERS}`]
  const state = ['--state', stateOf(index), '--listen', '/ip4/127.0.0.1/tcp/0']
  const child = spawn(process.execPath, [PROGRAM, ...args, ...state], { stdio: ['ignore', 'pipe', 'inherit'] })
  const events: Said[] = []
  const waiting: { event: string; resolve: (said: Said) => void; reject: (error: Error) => void }[] = []
  createInterface({ input: child.stdout }).on('line', line => {
    const said = JSON.parse(line) as Said
    events.push(said)
    for (const one of waiting) if (one.event === said.event) one.resolve(said)
  })
  const exit = new Promise<number | string | null>(resolve => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? code)
      for (const one of waiting) one.reject(new Error(`peer ${index} ended without ${one.event}`))
    })
  })
  const said = (event: string) =>
    new Promise<Said>((resolve, reject) => {
      const known = events.find(one => one.event === event)
      if (known !== undefined) resolve(known)
      else waiting.push({ event, resolve, reject })
    })
  return { child, events, said, exit }
}

/** Frames and exchanges that stand open in what a peer has on disk; none where it cannot be read yet. */
async function openExchanges(index: number): Promise<number> {
  try {
    const stored = await readCheckpoint(join(stateOf(index), CHECKPOINT))
    if (stored === undefined) return 0
    const { doubts, decisions } = stored.checkpoint
    return doubts.length + decisions.length
  } catch {
    return 0
  }
}

/** Kills the peer as soon as its disk holds an exchange that is neither finished nor dropped. */
async function killInAnExchange(running: Running, index: number): Promise<void> {
  await running.said('exchange')
  await new Promise<void>(resolve => {
    let looking = false
    const watcher = watch(stateOf(index), async () => {
      if (looking) return
      looking = true
      // Halted, so that the exchange is still open when it is killed.
      running.child.kill('SIGSTOP')
      const open = await openExchanges(index)
      running.child.kill(open > 0 ? 'SIGKILL' : 'SIGCONT')
      looking = false
      if (open === 0) return
      watcher.close()
      resolve()
    })
  })
  await running.exit
}

async function main(): Promise<void> {
  const first = [start(1), start(2)]
  let third = start(3)
  const lives = [third]
  let openAtKill = 0
  try {
    for (let attempt = 0; attempt < MAX_KILLS && openAtKill === 0; attempt++) {
      await third.said('started')
      await killInAnExchange(third, 3)
      openAtKill = await openExchanges(3)
      third = start(3)
      lives.push(third)
    }
    const peers = [...first, third]
    const consensus = await Promise.all(peers.map(peer => peer.said('consensus')))
    const exits = await Promise.all(peers.map(peer => peer.exit))
    const started = await Promise.all(lives.map(life => life.said('started')))
    console.log(
      JSON.stringify({
        hashes: consensus.map(({ parametersHash }) => parametersHash),
        exits,
        openAtKill,
        /** The lives of the third peer. */
        lives: started.map(({ peerId, step, age }) => ({ peerId, step, age })),
        warnings: [...first, ...lives].flatMap(({ events }) => events.filter(({ event }) => event === 'warning')),
      }),
    )
  } finally {
    for (const { child } of [...first, ...lives]) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
