/**
 * Peers that people start on hosts of their own, with the built-in digits and a short recipe.
 *
 * @packageDocumentation
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Line, type LineProcess, startProgram } from '../attacks/process-lines.ts'
import { within } from './network/commands.ts'
import type { Host } from './network/host.ts'
import type { World } from './network/world.ts'

const HEARSAY = fileURLToPath(new URL('../../peer/hearsay.ts', import.meta.url))

/** Loading all libraries, beside others that do the same. */
const START_MS = 60_000

/** The model whose steps take long enough that exchanges are seconds apart, not thousands a second. */
const SLOW_MODEL = ['--model', 'cnn', '--batch', '128']
/** Steps after which it is known how long one takes; the first ones are slower. */
const TRIED_STEPS = 80

export interface SwarmOptions {
  readonly peers: number
  /** How long training is to last while each peer has its share of this machine's cores, about. */
  readonly trainingSeconds: number
  /** Flags of `hearsay init` beside. */
  readonly recipe?: readonly string[]
}

export interface HostPeer {
  readonly host: Host
  readonly process: LineProcess
  /** Its name, once it has started. */
  id(): Promise<string>
  /** As it says it, without other interfaces than the one whose address is given. */
  address(of: string): Promise<string>
}

export interface Swarm {
  readonly steps: number
  /** Starts the next peer. */
  start(host: Host, ...flags: readonly string[]): HostPeer
  /** Starts a peer again, with its part of the data: after it was ended, from its `--state`. */
  again(peer: HostPeer, ...flags: readonly string[]): HostPeer
  /** A folder for the state of a peer. */
  state(name: string): string
}

/** Makes a recipe, and runs with it in a folder that is removed in the end. */
export async function withSwarm<Result>(
  world: World,
  { peers, trainingSeconds, recipe = [] }: SwarmOptions,
  body: (swarm: Swarm) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-hosts-'))
  try {
    const share = Math.min(1, availableParallelism() / peers)
    const steps = Math.ceil(trainingSeconds * share * (await slowStepsPerSecond(folder)))
    const file = join(folder, 'recipe.json')
    await init(file, '--steps', String(steps), '--min-peers', String(peers), ...SLOW_MODEL, ...recipe)
    return await body(createSwarm(world, file, folder, peers, steps))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function createSwarm(world: World, recipe: string, folder: string, peers: number, steps: number): Swarm {
  const parts = new Map<HostPeer, number>()

  function startPart(host: Host, part: number, flags: readonly string[]): HostPeer {
    const args = ['peer', recipe, '--json', '--backend', 'wasm', '--shard', `${part}/${peers}`, ...flags]
    const process = world.holds(startProgram([HEARSAY, ...args], {}, within(host.namespace)))
    const started = () => process.said('started', START_MS)
    const peer: HostPeer = {
      host,
      process,
      id: async () => String((await started()).peerId),
      async address(of) {
        const addresses = (await started()).addresses as readonly string[]
        const found = addresses.find(one => one.split('/').includes(of))
        if (found === undefined) throw new Error(`${host.name} does not say ${of}, but ${addresses.join(', ')}`)
        return found
      },
    }
    parts.set(peer, part)
    return peer
  }
  return {
    steps,
    start: (host, ...flags) => startPart(host, parts.size + 1, flags),
    again: (peer, ...flags) => startPart(peer.host, parts.get(peer) ?? 1, flags),
    state: name => join(folder, name),
  }
}

let measured: number | undefined

/** Steps of the slow model that one peer trains in a second while nobody else does anything. */
async function slowStepsPerSecond(folder: string): Promise<number> {
  if (measured !== undefined) return measured
  const recipe = join(folder, 'tried.json')
  await init(recipe, '--steps', String(TRIED_STEPS), ...SLOW_MODEL)
  const alone = startProgram([
    HEARSAY,
    'peer',
    recipe,
    '--alone',
    '--no-mdns',
    '--json',
    '--quiet',
    '--backend',
    'wasm',
  ])
  await alone.ended
  const rounds = alone.lines.filter(({ event }) => event === 'round')
  const [first, last] = [rounds[1], rounds[rounds.length - 1]]
  measured = (Number(last.step) - Number(first.step)) / secondsBetween(first, last)
  return measured
}

function secondsBetween(first: Line, last: Line): number {
  return (Date.parse(String(last.time)) - Date.parse(String(first.time))) / 1_000
}

async function init(file: string, ...flags: readonly string[]): Promise<void> {
  const made = startProgram([HEARSAY, 'init', '--yes', '--quiet', '--membership', 'open', '--out', file, ...flags])
  const code = await made.ended
  if (code !== 0) throw new Error(`init ended with ${code}: ${made.stderr()}`)
}
