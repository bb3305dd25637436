/**
 * What company costs on the virtual network: peers that drift apart while they train, each by its own chance, and then agree.
 *
 * @packageDocumentation
 */

import type { VirtualClock } from '../../simulations/virtual/clock.ts'
import { createWorld } from '../../simulations/virtual/world.ts'
import { adpsgd } from '../../src/averaging/rules/adpsgd.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import type { PeerId, Random, Trainer } from '../../src/gossip/ports.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { createStillTrainer } from '../../src/standardise/still-trainer.ts'

const DIMENSION = 64
const STEP_MS = 20
const LOCAL_STEPS = 10
/** Two steps of every coordinate, of which each is 1, lie so far apart. */
const STEP_SIZE = 0.01
/** Ten times nearer than an interval takes a peer: it takes some exchanges to agree. */
const TARGET = 0.01

/** A swarm that has not sealed so long after its last step never will. */
const LIMIT_MS = 120_000

export interface CompanyOptions {
  readonly peers: number
  /** In milliseconds, as the simulator's. */
  readonly delay: string
  readonly seed?: number
  /** Local steps, of 20 ms each. Default: 1000. */
  readonly steps?: number
}

/** What a peer says in a part of the run. */
export interface Told {
  readonly announcementsPerSecond: number
  /** Of what they say, without what carries it. */
  readonly bytesPerSecond: number
}

export interface Company {
  /** From the last peer's last step to the last peer's seal. */
  readonly sealSeconds: number
  readonly training: Told
  readonly end: Told
  /** Announcements a second that come to a peer while it trains. */
  readonly heardPerSecond: number
}

/** @throws StalledError where they do not seal */
export async function keepCompany({ peers, delay, seed = 1, steps = 1_000 }: CompanyOptions): Promise<Company> {
  const said: { readonly at: number; readonly bytes: number }[] = []
  const trainedAt = new Map<PeerId, number>()
  let began = Number.POSITIVE_INFINITY
  const world = createWorld({
    swarm: '5e'.repeat(32),
    peers,
    seed,
    networkConditions: { delay, loss: 0 },
    topology: complete,
    steps,
    localSteps: LOCAL_STEPS,
    rule: adpsgd,
    target: TARGET,
    maximumNorm: 1e6,
    evaluateEvery: Number.POSITIVE_INFINITY,
    minimumPeers: peers,
    trainer: async (_index, random, clock) => createWanderingTrainer(random, clock, () => (began = clock.now())),
    onEvent(peer, name) {
      if (name === 'trained') trainedAt.set(peer, world.clock.now())
    },
    core: (options, emit) => {
      const { network } = options
      function publish(announcement: Uint8Array): Promise<void> {
        said.push({ at: options.clock.now(), bytes: announcement.byteLength })
        return network.publish(announcement)
      }
      return createGossip({ ...options, network: { ...network, publish } }, emit)
    },
  })
  for (const { index } of world.simulatedPeers) await world.start(index)
  await world.clock.run(() => trainedAt.size === peers)
  const trained = world.clock.now()
  await world.clock.run(world.sealed, trained + LIMIT_MS)
  const sealed = world.clock.now()

  function between(from: number, until: number): Told {
    const some = said.filter(({ at }) => at >= from && at < until)
    const peerSeconds = (peers * (until - from)) / 1_000
    const bytes = some.reduce((sum, each) => sum + each.bytes, 0)
    return { announcementsPerSecond: some.length / peerSeconds, bytesPerSecond: bytes / peerSeconds }
  }

  const training = between(began, trained)
  return {
    sealSeconds: (sealed - trained) / 1_000,
    training,
    end: between(trained, sealed),
    heardPerSecond: (peers - 1) * training.announcementsPerSecond,
  }
}

/** A trainer whose every step is by chance, and takes its time. */
function createWanderingTrainer(random: Random, clock: VirtualClock, onStep: () => void): Trainer {
  const layout = createLayout([{ name: 'x', shape: [DIMENSION], trainable: true }])
  let hasBegun = false
  return {
    ...createStillTrainer(layout, async () => new Float32Array(DIMENSION).fill(1)),
    samples: 1,
    train(_parameters, count) {
      if (!hasBegun) onStep()
      hasBegun = true
      const size = STEP_SIZE * count
      return clock.work(count * STEP_MS, async () => ({
        update: Float32Array.from({ length: DIMENSION }, () => size * random.normal()),
        loss: 1,
        samples: count,
        seconds: (count * STEP_MS) / 1_000,
      }))
    },
  }
}
