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

/** Loading all libraries, beside others that do the same, on a machine that does ten other things. */
const START_MS = 240_000

const SLOW_MODEL = ['--model', 'cnn', '--batch', '128']
/** Steps after which it is known how long one takes; the first ones are slower. */
const TRIED_STEPS = 50
/** Ten exchanges, with which a machine that was busy when it was measured still tells something. */
const LEAST_STEPS = 100

export interface SwarmOptions {
  readonly peers: number
  /** How many must have reached each other before any trains. Default: all. */
  readonly minimumPeers?: number
  /** How long training is to last while each peer has its share of this machine's cores, about. */
  readonly trainingSeconds: number
  /** Flags of `hearsay init` for what is trained. Default: what takes long enough that exchanges are seconds apart, not thousands a second. */
  readonly model?: readonly string[]
  /** Other flags of it. */
  readonly recipe?: readonly string[]
}

export interface HostPeer {
  readonly host: Host
  readonly process: LineProcess
  /** Its name, once it has started. */
  id(): Promise<string>
  /** Where others reach it at an address of its host: as it says, or as a person works it out who knows the address and reads the port. */
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
  { peers, minimumPeers = peers, trainingSeconds, model = SLOW_MODEL, recipe = [] }: SwarmOptions,
  body: (swarm: Swarm) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-hosts-'))
  const running: LineProcess[] = []
  try {
    const share = Math.min(1, availableParallelism() / peers)
    const steps = Math.max(LEAST_STEPS, Math.ceil(trainingSeconds * share * (await stepsPerSecond(folder, model))))
    const file = join(folder, 'recipe.json')
    await init(file, '--steps', String(steps), '--min-peers', String(minimumPeers), ...model, ...recipe)
    return await body(createSwarm({ world, recipe: file, folder, peers, steps, running }))
  } finally {
    // Whoever still runs would write into the folder while it is removed.
    for (const process of running) process.end('SIGKILL')
    await Promise.allSettled(running.map(({ ended }) => ended))
    rmSync(folder, { recursive: true, force: true })
  }
}

interface SwarmParts {
  readonly world: World
  readonly recipe: string
  readonly folder: string
  readonly peers: number
  readonly steps: number
  /** Every process that was started. */
  readonly running: LineProcess[]
}

function createSwarm({ world, recipe, folder, peers, steps, running }: SwarmParts): Swarm {
  const parts = new Map<HostPeer, number>()

  function startPart(host: Host, part: number, flags: readonly string[]): HostPeer {
    const args = ['peer', recipe, '--json', '--backend', 'wasm', '--shard', `${part}/${peers}`, ...flags]
    const process = world.holds(startProgram([HEARSAY, ...args], {}, within(host.namespace)))
    running.push(process)
    const started = () => process.said('started', START_MS)
    const peer: HostPeer = {
      host,
      process,
      id: async () => String((await started()).peerId),
      async address(of) {
        const addresses = (await started()).addresses as readonly string[]
        const found = addresses.find(one => one.split('/').includes(of))
        const local = of.includes(':') ? '/ip6/::1/' : '/ip4/127.0.0.1/'
        const worked = addresses.find(one => one.startsWith(local))?.replace(local, `${local.slice(0, 5)}${of}/`)
        const address = found ?? worked
        if (address === undefined) throw new Error(`${host.name} does not say ${of}, but ${addresses.join(', ')}`)
        return address
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

const measured = new Map<string, Promise<number>>()

/** Steps of a model that one peer trains in a second while nobody else does anything. */
function stepsPerSecond(folder: string, model: readonly string[]): Promise<number> {
  const name = model.join(' ')
  const known = measured.get(name) ?? measureSteps(folder, model)
  measured.set(name, known)
  return known
}

async function measureSteps(folder: string, model: readonly string[]): Promise<number> {
  const recipe = join(folder, 'tried.json')
  await init(recipe, '--steps', String(TRIED_STEPS), ...model)
  const args = ['peer', recipe, '--alone', '--no-mdns', '--json', '--quiet', '--backend', 'wasm']
  const alone = startProgram([HEARSAY, ...args])
  await alone.ended
  const rounds = alone.lines.filter(({ event }) => event === 'round')
  if (rounds.length < 3) throw new Error(`a peer alone trains no steps: ${alone.stderr()}`)
  const [, first] = rounds
  const last = rounds[rounds.length - 1]
  return (Number(last.step) - Number(first.step)) / secondsBetween(first, last)
}

function secondsBetween(first: Line, last: Line): number {
  return (Date.parse(String(last.time)) - Date.parse(String(first.time))) / 1_000
}

async function init(file: string, ...flags: readonly string[]): Promise<void> {
  const made = startProgram([HEARSAY, 'init', '--yes', '--quiet', '--membership', 'open', '--out', file, ...flags])
  const code = await made.ended
  if (code !== 0) throw new Error(`init ended with ${code}: ${made.stderr()}`)
}
