import { describe, expect, test } from 'vitest'
import type { WorldOptions } from '../../simulations/virtual/world.ts'
import { none } from '../../src/averaging/rules/none.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import type { Topology } from '../../src/averaging/topology.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import { createAveragingWorld } from './averaging-world.ts'
import { createDriftTrainer, STEP_MS } from './drift-trainer.ts'

const STEPS = 400
const LOCAL_STEPS = 10

function createTrainingWorld(options: Partial<WorldOptions> & { readonly peers: number }) {
  return createAveragingWorld({
    steps: STEPS,
    localSteps: LOCAL_STEPS,
    trainer: async (_index, _random, clock) => createDriftTrainer(clock),
    ...options,
  })
}

const said = (events: readonly string[], ...words: readonly string[]) =>
  events.filter(line => words.every(word => line.includes(word)))

describe('a swarm that trains', () => {
  test('loses none of the steps of anyone', async () => {
    const world = createTrainingWorld({ peers: 4 })
    await world.startAll()
    await world.until(() => world.simulatedPeers.every(({ gossip }) => gossip?.trained() !== undefined))
    // Each has added its steps, those for others as well, and exchanges have moved the sum by nothing.
    const steps = world.simulatedPeers.map(({ gossip }) => gossip?.status().ownSteps ?? 0)
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(STEPS)
    expect(world.mean()[0]).toBeCloseTo(steps.reduce((sum, own) => sum + own, 0) / 4, 3)
  })

  test('averages while it trains', async () => {
    const world = createTrainingWorld({ peers: 4 })
    await world.startAll()
    await world.until(() => (world.simulatedPeers[0].gossip?.step() ?? 0) >= STEPS / 2)
    expect(world.simulatedPeers.map(({ gossip }) => gossip?.status().phase)).toEqual(new Array(4).fill('training'))
    expect(world.simulatedPeers.every(({ gossip }) => (gossip?.status().exchanges ?? 0) > 5)).toBe(true)
  })

  test('seals after its training, not before', async () => {
    const world = createTrainingWorld({ peers: 4 })
    await world.startAll()
    await world.until(() => world.sealed())
    expect(world.clock.now()).toBeGreaterThan(STEPS * STEP_MS)
  })

  test('goes on from its checkpoints after a crash of all', async () => {
    const world = createTrainingWorld({ peers: 3 })
    await world.startAll()
    await world.until(() => (world.simulatedPeers[0].gossip?.step() ?? 0) >= STEPS / 2)
    for (const index of [0, 1, 2]) {
      world.crash(index)
      await world.during(world.start(index))
    }
    expect(world.simulatedPeers.every(({ gossip }) => (gossip?.status().step ?? 0) > STEPS / 4)).toBe(true)
  })
})

describe('a newcomer', () => {
  test('that is late goes on from the parameters of the swarm', async () => {
    const world = createTrainingWorld({ peers: 4 })
    for (const index of [0, 1, 2]) await world.start(index)
    await world.until(() => (world.simulatedPeers[0].gossip?.step() ?? 0) >= STEPS / 2)
    await world.during(world.start(3))
    await world.wait(2_000)
    expect(said(world.events, 'peer-3 warning', 'joined late').length).toBe(1)
    expect(world.simulatedPeers[3].gossip?.status().age).toBeGreaterThan(STEPS / 2)
  })

  test('that is late does not pull the swarm back', async () => {
    const world = createTrainingWorld({ peers: 4 })
    for (const index of [0, 1, 2]) await world.start(index)
    await world.until(() => (world.simulatedPeers[0].gossip?.step() ?? 0) >= STEPS / 2)
    await world.during(world.start(3))
    await world.until(() => (world.simulatedPeers[0].gossip?.step() ?? 0) >= (3 / 4) * STEPS)
    for (const { gossip } of world.simulatedPeers) {
      // All have learned for three quarters of their time, or taken over from those who have.
      expect(gossip?.parameters()[0]).toBeGreaterThan(0.7 * STEPS)
    }
  })

  test('that comes after the seal takes it', async () => {
    const world = createTrainingWorld({ peers: 4 })
    for (const index of [0, 1, 2]) await world.start(index)
    await world.until(() => world.simulatedPeers.slice(0, 3).every(({ gossip }) => gossip?.sealed() !== undefined))
    const seal = world.simulatedPeers[0].gossip?.sealed()
    await world.during(world.start(3))
    await world.until(() => world.sealed(), 30_000)
    expect(world.simulatedPeers[3].gossip?.sealed()).toBe(seal)
  })
})

describe('a peer', () => {
  test('whose trainer dies says that it has failed, and why, once', async () => {
    const world = createTrainingWorld({
      peers: 2,
      trainer: async (index, _random, clock) => createDriftTrainer(clock, index === 0 ? { diesAt: 100 } : {}),
    })
    await world.startAll()
    await world.wait(200 * STEP_MS)
    expect(said(world.events, ' failed ')).toEqual([expect.stringMatching(/peer-0 failed .*the trainer has died/)])
  })

  test('whose disk fails says so, and can still be stopped', async () => {
    const world = createTrainingWorld({
      peers: 1,
      steps: 0,
      core: (options, emit) => {
        const full = async () => {
          throw new Error('no space left')
        }
        const storage = { load: async () => undefined, save: full, append: full }
        return createGossip({ ...options, storage }, emit)
      },
    })
    await world.startAll()
    await world.wait(1_000)
    expect(said(world.events, ' failed ', 'no space left').length).toBe(1)
    await expect(world.during(world.simulatedPeers[0].gossip?.stop() ?? Promise.resolve())).rejects.toThrow(
      'no space left',
    )
    await expect(world.during(world.start(0))).resolves.toBeUndefined()
  })

  test('that averages nothing only trains', async () => {
    const world = createTrainingWorld({ peers: 2, rule: none })
    await world.startAll()
    await world.wait((STEPS + 100) * STEP_MS)
    expect(world.simulatedPeers.map(({ gossip }) => gossip?.status().exchanges)).toEqual([0, 0])
    expect(world.simulatedPeers.map(({ gossip }) => gossip?.parameters()[0])).toEqual([STEPS, STEPS])
  })

  test('tells once that the topology does not fit, and averages with everybody', async () => {
    const picky: Topology = {
      ...complete,
      name: 'picky',
      misfit: peers => (peers < 10 ? 'it needs 10 peers' : undefined),
    }
    const world = createAveragingWorld({ peers: 4, topology: picky })
    await world.startAll()
    await world.until(() => world.sealed())
    expect(said(world.events, 'peer-0 warning').length).toBe(1)
    expect(
      said(world.events, 'peer-0 warning', 'it needs 10 peers; until then every member is a neighbour').length,
    ).toBe(1)
  })

  test('does not complain of the topology for the want of a third peer', async () => {
    const picky: Topology = { ...complete, name: 'picky', misfit: () => 'it never fits' }
    const world = createAveragingWorld({ peers: 2, topology: picky })
    await world.startAll()
    await world.until(() => world.sealed())
    expect(said(world.events, ' warning ')).toEqual([])
  })

  test.for([0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91])(
    'that stops %i ms after a second, whatever exchange it is in, takes nothing of the mean with it',
    async milliseconds => {
      const world = createAveragingWorld({ peers: 4, networkConditions: { delay: '5-25', loss: 0 } })
      await world.startAll()
      const mean = world.mean()[0]
      await world.wait(1_000 + milliseconds)
      await world.during(world.stop(1))
      // The parameters that it holds are on its disk now, and count.
      expect(world.mean()[0]).toBeCloseTo(mean, 6)
      await world.wait(3_000)
      expect(world.simulatedPeers.flatMap(({ gossip }) => gossip?.open().doubts ?? [])).toEqual([])
    },
  )

  test('that stops is gone for the others at once', async () => {
    const world = createAveragingWorld({ peers: 3 })
    await world.startAll()
    await world.wait(500)
    await world.during(world.stop(2))
    await world.wait(500)
    expect(world.simulatedPeers[0].gossip?.status().peers).toEqual(['peer-1'])
  })

  test('does not believe a seal that is not of the parameters beside it', async () => {
    const world = createAveragingWorld({
      peers: 1,
      core: (options, emit) => {
        const { checkpoint } = options
        return createGossip({ ...options, checkpoint: checkpoint && { ...checkpoint, sealed: 'ab'.repeat(32) } }, emit)
      },
    })
    await world.startAll()
    await world.wait(1_000)
    world.crash(0)
    await world.during(world.start(0))
    expect(world.simulatedPeers[0].gossip?.sealed()).toBeUndefined()
  })

  test.for([
    ['of another swarm', { swarm: 'ee'.repeat(32) }],
    ['of another peer', { peer: 'somebody else' }],
    ['of another model', { parameters: new Float32Array(3) }],
  ] as const)('does not start from a checkpoint %s', async ([, change]) => {
    const world = createAveragingWorld({
      peers: 1,
      core: (options, emit) =>
        createGossip({ ...options, checkpoint: options.checkpoint && { ...options.checkpoint, ...change } }, emit),
    })
    await world.startAll()
    await world.wait(1_000)
    world.crash(0)
    await expect(world.during(world.start(0))).rejects.toHaveProperty('name', 'CheckpointMismatchError')
  })
})
