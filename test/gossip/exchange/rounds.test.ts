import { describe, expect, test } from 'vitest'
import type { WorldOptions } from '../../../simulations/virtual/world.ts'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { mixingMatrix } from '../../../src/averaging/mixing.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import type { Topology } from '../../../src/averaging/topology.ts'
import type { GossipStatus } from '../../../src/gossip/status.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createDriftTrainer } from '../drift-trainer.ts'
import { createPullTrainer, INTERVAL_MS, pull } from '../pull-trainer.ts'

const PEERS = 6
const ROUNDS = 12
const LOCAL_STEPS = 2

const inStep = {
  peers: PEERS,
  steps: ROUNDS * LOCAL_STEPS,
  localSteps: LOCAL_STEPS,
  rule: dpsgd(mean),
  minimumPeers: PEERS,
} as const

function createWorldInStep({
  slowness,
  ...options
}: Partial<WorldOptions> & { slowness?: (index: number) => number } = {}) {
  return createAveragingWorld({
    ...inStep,
    topology: ring,
    trainer: async (index, _random, clock) => createPullTrainer(index, clock, slowness),
    ...options,
  })
}

type WorldInStep = ReturnType<typeof createWorldInStep>

const trained = (world: WorldInStep) => world.simulatedPeers.map(({ gossip }) => gossip?.trained())
const haveTrained = (world: WorldInStep) => () => trained(world).every(vector => vector !== undefined)

function byTheEquation(topology: Topology): number[] {
  const swarm = driveRule(
    dpsgd(mean),
    Array.from({ length: PEERS }, () => new Float64Array(1)),
  )
  for (let round = 1; round <= ROUNDS; round++) {
    swarm.round(mixingMatrix(topology, PEERS, round), estimates =>
      estimates.map(([x], i) => Float64Array.of(pull(x, i, LOCAL_STEPS))),
    )
  }
  return swarm.estimates().map(([x]) => x)
}

describe('peers that average in step', () => {
  test.for([ring, complete])('do what D-PSGD says on the topology $name', async topology => {
    // Of some seeds a peer hears so late that the others have ended too that it trains an interval more.
    const world = createWorldInStep({ topology, seed: 2 })
    await world.startAll()
    await world.until(haveTrained(world))
    const expected = byTheEquation(topology)
    trained(world).forEach((vector, i) => {
      expect(vector?.[0]).toBeCloseTo(expected[i], 4)
    })
  })

  test('keep their mean where every fifth message is lost, and end', async () => {
    const world = createWorldInStep({
      networkConditions: { delay: '1-20', loss: 0.2 },
      trainer: async (_index, _random, clock) => createDriftTrainer(clock),
    })
    await world.startAll()
    await world.until(haveTrained(world), 600_000)
    await world.until(() => world.simulatedPeers.every(({ gossip }) => gossip?.open().doubts.length === 0), 600_000)
    // Missed rounds cost the mean nothing: every step adds 1 to its peer, and nothing else moves it.
    const steps = world.simulatedPeers.map(({ gossip }) => gossip?.status().ownSteps ?? 0)
    expect(world.mean()[0]).toBeCloseTo(steps.reduce((sum, own) => sum + own, 0) / PEERS, 3)
    await world.until(() => world.sealed(), 600_000)
  })

  test('do not wait for one that is ten times slower, which has a part all the same', async () => {
    const timeOf = async (slowness: (index: number) => number) => {
      const world = createWorldInStep({ topology: complete, steps: 100, slowness })
      await world.startAll()
      const others = world.simulatedPeers.slice(1)
      await world.until(() => others.every(({ gossip }) => (gossip?.status().ownSteps ?? 0) >= 100))
      const time = world.clock.now()
      await world.until(() => world.sealed(), 600_000)
      return { time, slow: world.simulatedPeers[0].gossip?.status() }
    }
    const even = await timeOf(() => 1)
    const uneven = await timeOf(index => (index === 0 ? 10 : 1))
    expect(uneven.time / even.time).toBeLessThan(1.3)
    expect(uneven.slow).toMatchObject({ inModel: true, partners: PEERS - 1, members: PEERS })
    // The slow peer averages after every interval of its own.
    expect(uneven.slow?.exchanges).toBeGreaterThan(0.8 * (uneven.slow?.exchangesAsked ?? 0))
  })

  test('wait for one that is a hundred times slower once they have done their steps, and for nothing before', async () => {
    const steps = 200 * LOCAL_STEPS
    const slowness = (index: number) => (index === 0 ? 100 : 1)
    const world = createWorldInStep({
      topology: complete,
      steps,
      trainer: async (index, _random, clock) => createPullTrainer(index, clock, slowness, INTERVAL_MS),
    })
    await world.startAll()
    const [slow, ...others] = world.simulatedPeers
    await world.until(() => others.every(({ gossip }) => (gossip?.status().ownSteps ?? 0) >= steps))
    const before = slow.gossip?.status().ownSteps ?? 0
    await world.until(() => world.sealed(), 600_000)
    const together = (slow.gossip?.status().ownSteps ?? 0) - before
    expect(before).toBeGreaterThan(2)
    expect(together).toBeGreaterThan(2)
    // An interval of theirs for each of its own, and one more when they hear that it has ended.
    for (const { gossip } of others) {
      expect(((gossip?.status().ownSteps ?? 0) - steps) / LOCAL_STEPS).toBeLessThanOrEqual(together + 1)
    }
    expect(slow.gossip?.status()).toMatchObject({ inModel: true, partners: PEERS - 1, members: PEERS })
  })

  test('do not wait for exchanges with one whose link is a hundred times slower', async () => {
    const steps = 100 * LOCAL_STEPS
    const timeOf = async (factor: number) => {
      const world = createAveragingWorld({
        ...inStep,
        topology: complete,
        steps,
        networkConditions: { delay: '1-5', loss: 0 },
        slowness: index => (index === 0 ? factor : 1),
        trainer: async (index, _random, clock) => createPullTrainer(index, clock, () => 5),
      })
      await world.startAll()
      const others = world.simulatedPeers.slice(1)
      await world.until(() => others.every(({ gossip }) => (gossip?.status().ownSteps ?? 0) >= steps))
      const time = world.clock.now()
      await world.until(() => world.sealed(), 600_000)
      return { time, slow: world.simulatedPeers[0].gossip?.status() }
    }
    const even = await timeOf(1)
    const uneven = await timeOf(100)
    expect(uneven.time / even.time).toBeLessThan(1.3)
    expect(uneven.slow).toMatchObject({ inModel: true, partners: PEERS - 1, members: PEERS })
  })

  test.each([
    ['one as quick', 1],
    ['one that is ten times slower', 10],
  ])(
    'go on averaging with %s, where there is no other, over a link that was slow for a moment',
    async (_, slowness) => {
      const rounds = 400
      const isSlow = (now: number) => now >= 2_000 && now < 3_000
      const world: WorldInStep = createAveragingWorld({
        ...inStep,
        peers: 2,
        minimumPeers: 2,
        topology: complete,
        steps: rounds * LOCAL_STEPS,
        networkConditions: { delay: '1-2', loss: 0 },
        slowness: () => (isSlow(world.clock.now()) ? 15 : 1),
        trainer: async (index, _random, clock) => createPullTrainer(index, clock, () => (index === 0 ? slowness : 1)),
      })
      await world.startAll()
      await world.until(() => world.sealed(), 600_000)
      // Of the quick one no more is asked than what the slow one can give.
      const [{ exchanges, exchangesAsked }] = world.simulatedPeers.map(({ gossip }) => gossip?.status() as GossipStatus)
      expect(exchangesAsked).toBeGreaterThan(50)
      expect(exchanges).toBeGreaterThan(0.95 * exchangesAsked)
    },
  )

  test('do not wait for one that has died', async () => {
    const world = createWorldInStep()
    await world.startAll()
    await world.wait(3_500)
    world.crash(3)
    const others = world.simulatedPeers.filter(({ index }) => index !== 3)
    await world.until(() => others.every(({ gossip }) => gossip?.trained() !== undefined))
    await world.until(
      () =>
        new Set(others.map(({ gossip }) => gossip?.sealed())).size === 1 && others[0].gossip?.sealed() !== undefined,
    )
  })

  test('take back one that was away, and end together', async () => {
    const world = createWorldInStep()
    await world.startAll()
    await world.wait(3_500)
    world.crash(3)
    await world.wait(1_000)
    await world.during(world.start(3))
    await world.until(() => world.sealed(), 600_000)
  })
})
