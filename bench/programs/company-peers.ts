/**
 * Some peers of a swarm in one process, each with its own network, that train a tiny model of no use: what they cost is company. Prints a JSON
 * line with their addresses once they listen, begins with the first line of its input, answers each further one with a JSON line, a
 * {@link Moment}, and stops when its input ends. Options: JSON in the first argument.
 *
 * @packageDocumentation
 */

import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPeer, type Peer, type Trainer } from '../../src/index.ts'
import { createLayout } from '../../src/public/models.ts'
import { createRandom } from '../../src/random/random.ts'

export interface CompanyPeersOptions {
  /** Their numbers in the swarm. */
  readonly indices: readonly number[]
  /** Peers of the swarm. */
  readonly of: number
  readonly steps: number
  readonly connect: readonly string[]
}

/** How the peers of a process are. Times are by the clock that all processes of a machine share. */
export interface Moment {
  readonly milliseconds: number
  /** Processor time of all threads of the process. */
  readonly cpuMilliseconds: number
  /** Sums over its peers. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** The fewest members that one of them knows. */
  readonly fewestKnown: number
  readonly training: number
  /** When each that has trained made its last step, and when each that has sealed did. */
  readonly trainedAt: readonly number[]
  readonly sealedAt: readonly number[]
  readonly hashes: readonly (string | null)[]
}

const LENGTH = 64
const STEP_MS = 20
/** Two seconds: beside more exchanges company could not be seen. */
const LOCAL_STEPS = 100

const now = () => performance.timeOrigin + performance.now()

/** Every step is by chance, and takes its time but nothing of the processor's. */
function createIdleTrainer(index: number): Trainer {
  const random = createRandom(index)
  return {
    layout: createLayout([{ name: 'x', shape: [LENGTH], trainable: true }]),
    backend: 'none',
    samples: 1,
    initial: async () => new Float32Array(LENGTH).fill(1),
    async train(_parameters, steps) {
      await sleep(STEP_MS * steps)
      const update = Float32Array.from({ length: LENGTH }, () => 0.0005 * steps * random.normal())
      return { update, loss: 1, samples: steps, seconds: (STEP_MS * steps) / 1_000 }
    },
    evaluate: async () => ({ loss: 1, accuracy: 0, samples: 1 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  }
}

const { indices, of, steps, connect } = JSON.parse(process.argv[2]) as CompanyPeersOptions
const trainedAt: number[] = []
const sealedAt: number[] = []
async function listen(index: number, known: readonly string[]): Promise<Peer> {
  const peer = await createPeer({
    recipe: {
      model: { name: 'company', shape: [LENGTH], classes: 0 },
      training: { steps },
      averaging: { consensusDistance: 0.01 },
      exchange: { localSteps: LOCAL_STEPS },
      start: { minimumPeers: of },
    },
    trainer: createIdleTrainer(index),
    seed: index,
    network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect: known, mdns: false },
  })
  peer.addEventListener('trained', () => trainedAt.push(now()))
  peer.addEventListener('consensus', () => sealedAt.push(now()))
  await peer.listen()
  return peer
}

const [first, ...others] = indices
const one = await listen(first, connect)
const known = connect.length > 0 ? connect : one.addresses()
const peers = [one, ...(await Promise.all(others.map(index => listen(index, known))))]
console.log(JSON.stringify({ addresses: peers.flatMap(peer => peer.addresses()) }))

function moment(): Moment {
  const { user, system } = process.cpuUsage()
  const states = peers.map(peer => peer.status())
  const sum = (key: 'bytesIn' | 'bytesOut') => states.reduce((total, state) => total + state[key], 0)
  return {
    milliseconds: now(),
    cpuMilliseconds: (user + system) / 1_000,
    bytesIn: sum('bytesIn'),
    bytesOut: sum('bytesOut'),
    fewestKnown: Math.min(...states.map(state => state.peers.length)),
    training: states.filter(({ phase }) => phase === 'training').length,
    trainedAt,
    sealedAt,
    hashes: peers.map(peer => peer.sealed() ?? null),
  }
}

let hasBegun = false
for await (const _ of createInterface({ input: process.stdin })) {
  if (hasBegun) console.log(JSON.stringify(moment()))
  else {
    hasBegun = true
    for (const peer of peers) peer.start().catch(error => console.error(error))
  }
}
await Promise.all(peers.map(peer => peer.stop()))
process.exit(0)
