import { expect, test } from 'vitest'
import { createVectorTrainer } from '../../../simulations/virtual/vector-trainer.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
import type { Trainer } from '../../../src/gossip/ports.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import { createLayout } from '../../../src/parameters/layout.ts'
import { createRandom } from '../../../src/random/random.ts'
import { withBegin } from '../../../src/training/beginning.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createDriftTrainer } from '../drift-trainer.ts'

/** Of the part that peers average, of the part that is frozen, and of both: longer than a piece. */
const MOVING = 64
const FROZEN = 1_200_000
const whole = createRandom('initial').fork('vector')
const vector = Float32Array.from({ length: MOVING + FROZEN }, () => whole.uniform())
const hash = hashParameters(vector)

/** A trainer whose first numbers move, and the rest of which is frozen. */
function withFrozenPart(trainer: Trainer, begun: (weights: Float32Array) => void): Trainer {
  const layout = createLayout([
    { name: 'x', shape: [MOVING], trainable: true },
    { name: 'base', shape: [FROZEN], trainable: false, frozen: true },
  ])
  let beginning: Float32Array | undefined
  return {
    ...trainer,
    frozen: { layout, values: new Float32Array(FROZEN) },
    initial: async () => beginning?.slice(0, MOVING) ?? (await trainer.initial()),
    async begin(weights) {
      beginning = weights
      begun(weights)
    },
  }
}

interface WorldSettings {
  readonly peers: number
  /** What a peer is given. */
  readonly given: (index: number) => Float32Array | undefined
  readonly loss?: number
  readonly steps?: number
  readonly wait?: number
}

function createWorld({ peers, given, loss = 0, steps = 20, wait }: WorldSettings) {
  /** What each peer's trainer was given. */
  const begun = new Map<number, string>()
  const events: { readonly peer: string; readonly name: string; readonly detail: unknown }[] = []
  const world = createAveragingWorld({
    peers,
    steps,
    minimumPeers: peers,
    localSteps: 5,
    networkConditions: { delay: '1-20', loss },
    async trainer(index, _random, clock) {
      const trainer = withFrozenPart(createDriftTrainer(clock), weights => begun.set(index, hashParameters(weights)))
      const own = given(index)
      if (own !== undefined) await trainer.begin?.(own)
      return trainer
    },
    core(options, emit) {
      const index = Number(options.network.self.split('-')[1])
      const take = async (fetched: Float32Array) => await options.trainer.begin?.(fetched)
      const from = { hash, length: vector.length, vector: given(index), take }
      return createGossip({ ...options, from, wait }, emit)
    },
    onEvent: (peer, name, detail) => events.push({ peer, name, detail }),
  })
  return { ...world, begun, events }
}

const gossipOf = ({ simulatedPeers }: ReturnType<typeof createWorld>, index: number) => simulatedPeers[index].gossip

test('peers without the vector fetch it from the one that has it, over a network that loses messages, and begin from it', async () => {
  const world = createWorld({ peers: 3, given: index => (index === 2 ? vector : undefined), loss: 0.2 })
  await world.startAll()
  await world.until(() => world.begun.size === 3)
  expect(new Set(world.begun.values())).toEqual(new Set([hash]))
  await world.until(world.sealed, 600_000)
  // Every step adds 1 to every coordinate, so what is left of the fractions is that of the vector.
  const parameters = gossipOf(world, 0)?.parameters() as Float32Array
  const steps = parameters[0] - vector[0]
  expect(steps).toBeGreaterThan(1)
  for (let i = 0; i < MOVING; i++) expect(parameters[i] - vector[i]).toBeCloseTo(steps, 4)
})

test('before a peer has the vector it trains nothing and is no member, and says for what it waits', async () => {
  const world = createWorld({ peers: 2, given: () => undefined })
  await world.startAll()
  await world.wait(25_000)
  for (const index of [0, 1]) {
    expect(gossipOf(world, index)?.status()).toMatchObject({ phase: 'waiting', step: 0, peers: [] })
  }
  const told = world.events.filter(({ name }) => name === 'waiting').map(({ detail }) => detail)
  expect(told).toHaveLength(6)
  for (const one of told as GossipEvents['waiting'][])
    expect(one).toMatchObject({ for: 'weights', present: 0, minimum: 2 })
})

test('the vector may come later, with a peer that has it', async () => {
  const world = createWorld({ peers: 3, given: index => (index === 2 ? vector : undefined) })
  await world.start(0)
  await world.start(1)
  await world.wait(30_000)
  expect(world.begun.size).toBe(0)
  await world.start(2)
  await world.until(world.sealed)
  expect(new Set(world.begun.values())).toEqual(new Set([hash]))
})

test('those that have fetched it hand it out, when the one that was given it has left', async () => {
  const world = createWorld({ peers: 3, given: index => (index === 0 ? vector : undefined), steps: 2_000 })
  await world.start(0)
  await world.start(1)
  await world.until(() => world.begun.size === 2)
  world.crash(0)
  await world.start(2)
  await world.until(() => world.begun.size === 3)
  expect(world.begun.get(2)).toBe(hash)
})

test('a peer that gives another vector is found out by the hash, and the honest one is asked', async () => {
  const lies = vector.slice()
  lies[0] += 1
  // The liar says that what it has is what is asked for.
  const world = createWorld({ peers: 3, given: index => [undefined, lies, vector][index] })
  await world.startAll()
  await world.until(() => world.begun.get(0) !== undefined)
  expect(world.begun.get(0)).toBe(hash)
})

test('a peer that is told how long to wait gives up, and says what was missing', async () => {
  const world = createWorld({ peers: 1, given: () => undefined, wait: 5_000 })
  await world.startAll()
  await world.wait(10_000)
  const failed = world.events.find(({ name }) => name === 'failed')?.detail as GossipEvents['failed']
  expect(failed.error.name).toBe('NobodyThereError')
  expect(failed.error.message).toBe(
    'waited 5 s for the weights that the recipe begins from, and nobody gave them: start a peer that has them, with --from FILE, ' +
      'or give them to this one',
  )
})

test('a peer that is stopped before it has the vector keeps nothing that a later start would take for its parameters', async () => {
  const world = createWorld({ peers: 2, given: index => (index === 1 ? vector : undefined) })
  await world.start(0)
  await world.wait(3_000)
  await world.during(world.stop(0))
  expect(world.simulatedPeers[0].disk.content()).toBeUndefined()
  await world.start(0)
  await world.start(1)
  await world.until(world.sealed)
  expect(world.begun.get(0)).toBe(hash)
})

test('a peer that goes on from its checkpoint fetches again what is frozen, and keeps what it has learned', async () => {
  const world = createWorld({ peers: 2, given: index => (index === 1 ? vector : undefined), steps: 400 })
  await world.startAll()
  await world.until(() => (gossipOf(world, 0)?.step() ?? 0) > 100)
  await world.wait(2_000)
  world.crash(0)
  world.begun.delete(0)
  await world.start(0)
  const before = gossipOf(world, 0)?.step() as number
  expect(before).toBeGreaterThan(50)
  await world.until(() => world.begun.has(0))
  await world.wait(1)
  expect(gossipOf(world, 0)?.parameters()[0]).toBeGreaterThan(50)
  await world.until(world.sealed)
  expect(gossipOf(world, 0)?.status().inModel).toBe(true)
  expect(gossipOf(world, 0)?.step()).toBeGreaterThanOrEqual(400)
})

test('with `begin`, any trainer takes the vector of its layout for its initial parameters', async () => {
  const trainer = withBegin(createVectorTrainer(3, 'spread', 7, createRandom(1)))
  expect([...(await trainer.initial())]).toEqual([7, 7, 7])
  await trainer.begin(Float32Array.of(1, 2, 3))
  expect([...(await trainer.initial())]).toEqual([1, 2, 3])
})
