import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Benchmark } from './benchmark.ts'

const REPETITIONS = 5
const PEERS = 2
const STEPS = 1_000

const DATA = join(process.env.HEARSAY_DATA ?? join(import.meta.dirname, '../../shared/data'), 'mnist-10k')

/**
 * The delay of a peer's event loop while `mlp:64` trains and exchanges: two peers in a process each, MNIST where it is
 * at hand, the built-in digits where not. Both share this machine's cores with each other's training.
 */
export const responsiveness: Benchmark = async say => {
  const data = existsSync(DATA) ? `idx:${DATA}` : 'digits'
  say(data === 'digits' ? 'MNIST is missing: on the built-in digits' : 'on MNIST-10k')
  const figures: Record<string, number[]> = {}
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const measured of await runPeers(data)) {
      for (const [key, value] of Object.entries(measured)) {
        figures[key] ??= []
        figures[key].push(value)
      }
    }
    say(
      `${repetition + 1} of ${REPETITIONS}: p99 ${figures.loopDelayP99Ms
        .slice(-PEERS)
        .map(ms => ms.toFixed(1))
        .join(' and ')} ms`,
    )
  }
  return { ratios: {}, figures }
}

async function runPeers(data: string): Promise<Record<string, number>[]> {
  const peers: ReturnType<typeof startPeer>[] = []
  try {
    let connect: string[] = []
    for (let index = 0; index < PEERS; index++) {
      const peer = startPeer({ data, index, of: PEERS, steps: STEPS, connect })
      peers.push(peer)
      const { addresses } = JSON.parse(await peer.line()) as { addresses: string[] }
      if (index === 0) connect = addresses
    }
    for (const peer of peers) peer.process.stdin.write('go\n')
    return await Promise.all(peers.map(async peer => JSON.parse(await peer.line()) as Record<string, number>))
  } finally {
    await Promise.all(peers.map(peer => peer.ended(10_000)))
  }
}

function startPeer(options: object) {
  const program = join(import.meta.dirname, 'programs/watched-peer.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exit = new Promise<void>(resolve => child.once('exit', () => resolve()))
  return {
    process: child,
    async line(): Promise<string> {
      const next = await lines.next()
      if (next.done === true) throw new Error('a peer of the benchmark ended early')
      return next.value
    },
    async ended(milliseconds: number): Promise<void> {
      const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
      await exit
      clearTimeout(timer)
    },
  }
}
