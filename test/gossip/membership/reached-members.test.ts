import { describe, expect, test } from 'vitest'
import { createSketcher } from '../../../src/averaging/sketch.ts'
import { MAX_STEPS } from '../../../src/gossip/constants.ts'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import {
  HEEDED_BURST,
  HEEDED_GAP_MS,
  INTRODUCTION_WAIT_MS,
  MEMBER_EXPIRY_MS,
  SKETCH_BUCKETS,
} from '../../../src/gossip/membership/constants.ts'
import { announcementOf } from '../announcements.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createByzantinePeer } from '../byzantine-peer.ts'
import { createDriftTrainer, STEP_MS } from '../drift-trainer.ts'
import { createHauntedNetwork, haunt } from '../liars.ts'

const STEPS = 200
const LOCAL_STEPS = 5

type Options = Partial<Parameters<typeof createAveragingWorld>[0]>

function createTrainingWorld(options: Options = {}) {
  const peers = options.peers ?? 5
  return createAveragingWorld({
    peers,
    steps: STEPS,
    localSteps: LOCAL_STEPS,
    minimumPeers: peers,
    trainer: async (_index, _random, clock) => createDriftTrainer(clock),
    ...options,
  })
}

/** Trains to the seal; with so many ghosts that say this. */
async function trainWith(ghosts: number, says: (ghost: number) => Partial<Announcement> = () => ({}), seed = 1) {
  const network = createHauntedNetwork()
  const world = createTrainingWorld({ core: network.core, seed })
  if (ghosts > 0) world.clock.after(1, () => haunt(world, network, ghosts, says))
  await world.startAll()
  await world.until(() => world.sealed(), 120_000)
  const sealedAt = world.clock.now()
  const statuses = world.simulatedPeers.flatMap(({ gossip }) => gossip?.status() ?? [])
  const exchanges = statuses.reduce((sum, { exchangesBegun }) => sum + exchangesBegun, 0)
  return { world, network, sealedAt, exchanges, statuses }
}

describe('members that do not exist', () => {
  const kinds: readonly [string, (ghost: number) => Partial<Announcement>][] = [
    ['train', () => ({ phase: 'training', done: false, hasData: true })],
    ['wait and are ready', () => ({ phase: 'waiting', ownSteps: 0, ready: true, done: false })],
    ['have sealed on something', ghost => ({ phase: 'sealed', choice: (ghost % 10).toString().repeat(64) })],
    ['are somewhere else', ghost => ({ sketch: new Float32Array(SKETCH_BUCKETS).fill(1e6 * ghost) })],
  ]

  /** The same swarm without them, of each seed. */
  const alone = new Map<number, ReturnType<typeof trainWith>>()
  function trainAlone(seed: number) {
    const known = alone.get(seed) ?? trainWith(0, undefined, seed)
    alone.set(seed, known)
    return known
  }

  test.for(kinds)(
    '500 that %s change neither exchanges nor the seal by a tenth',
    { timeout: 120_000 },
    async ([, says]) => {
      const exchanges = { without: 0, among: 0 }
      // Of one swarm alone their number differs by a tenth from one seed to the next.
      for (const seed of [1, 2, 3]) {
        const without = await trainAlone(seed)
        const among = await trainWith(500, says, seed)
        exchanges.without += without.exchanges
        exchanges.among += among.exchanges
        // One short wait before the beginning, and what comes after it as always.
        expect(among.sealedAt).toBeLessThan(1.1 * without.sealedAt + INTRODUCTION_WAIT_MS)
        for (const { peers, ownSteps } of among.statuses) {
          expect(peers.filter(peer => peer.startsWith('ghost'))).toEqual([])
          expect(ownSteps).toBeGreaterThanOrEqual(STEPS)
        }
      }
      expect(exchanges.among / exchanges.without).toBeGreaterThan(0.9)
      expect(exchanges.among / exchanges.without).toBeLessThan(1.1)
    },
  )

  test('are tried a few at a time, and seldom', async () => {
    const { network, sealedAt } = await trainWith(500)
    const dials = network.dialled.filter(peer => peer.startsWith('ghost')).length
    expect(dials).toBeGreaterThan(0)
    // By five peers: some on trust, and then one after the other.
    expect(dials).toBeLessThan(5 * (20 + sealedAt / 1_000))
  })

  test('are not handed on to others, and cost nobody a member', async () => {
    const network = createHauntedNetwork()
    const world = createTrainingWorld({ core: network.core })
    await world.startAll()
    expect(network.handOn('ghost', announcementOf({ phase: 'training' }), 'peer-0')).toEqual(
      new Array(5).fill('ignore'),
    )
    await world.wait(5_000)
    expect(world.events.filter(line => line.includes('peer:join') && line.includes('ghost'))).toEqual([])
  })
})

describe('a member that was only heard of', () => {
  test('counts as soon as it was reached', async () => {
    const network = createHauntedNetwork()
    const world = createAveragingWorld({ peers: 2, target: 1e-12, core: network.core })
    await world.startAll()
    await world.wait(1_000)
    const far = await createByzantinePeer(world, async (_channel, stream) => {
      await stream.read({ signal: new AbortController().signal })
    })
    network.handOn('byzantine', announcementOf({ phase: 'averaging' }), 'peer-0')
    expect(world.simulatedPeers[1].gossip?.status().peers).toEqual(['peer-0'])
    await world.wait(500)
    expect(world.simulatedPeers[1].gossip?.status().peers).toEqual(['byzantine', 'peer-0'])
    await world.during(far.network.stop())
  })

  test('is handed on once it was', async () => {
    const network = createHauntedNetwork()
    const world = createAveragingWorld({ peers: 2, target: 1e-12, core: network.core })
    await world.startAll()
    const far = await createByzantinePeer(world)
    const said = announcementOf({ phase: 'averaging' })
    expect(network.handOn('byzantine', said, 'peer-0')).toEqual(['ignore', 'ignore'])
    await world.wait(500)
    expect(network.handOn('byzantine', { ...said, sequence: 2 }, 'peer-0')).toEqual(['accept', 'accept'])
    await world.during(far.network.stop())
  })
})

describe('a member that announces far more often than others', () => {
  test('is heeded a few times a second, and not silenced by one that repeats what it has said', async () => {
    const network = createHauntedNetwork()
    const world = createAveragingWorld({ peers: 1, target: 1e-12, core: network.core })
    await world.startAll()
    const hear = (sequence: number) => network.handOn('talker', announcementOf({ sequence }), 'talker')[0]
    const heeded = Array.from({ length: 1_000 }, (_, i) => hear(i + 1)).filter(verdict => verdict === 'accept').length
    expect(heeded).toBeGreaterThanOrEqual(HEEDED_BURST)
    expect(heeded).toBeLessThan(2 * HEEDED_BURST)
    await world.wait(2 * HEEDED_BURST * HEEDED_GAP_MS)
    for (let i = 0; i < 1_000; i++) expect(hear(1)).toBe('ignore')
    expect(hear(1_001)).toBe('accept')
  })
})

describe('a member that says goodbye again and again', () => {
  test('is told of a few times, and then once in a while', async () => {
    const network = createHauntedNetwork()
    const world = createAveragingWorld({ peers: 2, target: 1e-12, core: network.core })
    await world.startAll()
    const far = await createByzantinePeer(world)
    let sequence = 1
    for (let i = 0; i < 200; i++) {
      network.handOn('byzantine', announcementOf({ sequence: sequence++, phase: 'averaging' }), 'byzantine')
      await world.wait(100)
      network.handOn('byzantine', announcementOf({ sequence: sequence++, phase: 'left' }), 'byzantine')
      await world.wait(100)
    }
    const told = world.events.filter(line => /peer-0 peer:(join|leave)/.test(line) && line.includes('byzantine'))
    expect(told.length).toBeGreaterThan(2)
    expect(told.length).toBeLessThan(20)
    await world.during(far.network.stop())
  })
})

describe('a member that tells of steps that nobody can have trained', () => {
  const absurd = {
    age: MAX_STEPS,
    step: MAX_STEPS,
    ownSteps: MAX_STEPS,
    phase: 'training',
    partners: 3,
    done: false,
    hasData: true,
  } as const

  test.for(['before', 'after'] as const)('%s the others begin costs them nothing', async when => {
    const world = createTrainingWorld()
    const liar = await createByzantinePeer(world)
    const sketch = createSketcher(64, SKETCH_BUCKETS, 0xc0c0c0c0).sketch(new Float32Array(64).fill(5))
    if (when === 'before') liar.announce(() => announcementOf({ ...absurd, sketch }))
    await world.startAll()
    if (when === 'after') {
      await world.wait((STEPS / 2) * STEP_MS)
      liar.announce(() => announcementOf({ ...absurd, sketch }))
    }
    const trained = () => world.simulatedPeers.every(({ gossip }) => (gossip?.status().ownSteps ?? 0) >= STEPS)
    await world.until(trained, STEPS * STEP_MS * 3)
    expect(world.events.filter(line => line.includes('joined late'))).toEqual([])
    for (const { gossip } of world.simulatedPeers) {
      const { step, age, exchanges } = gossip?.status() ?? {}
      expect(step).toBeLessThan(3 * STEPS)
      expect(age).toBeLessThan(3 * STEPS)
      expect(exchanges).toBeGreaterThan(STEPS / LOCAL_STEPS / 2)
      const believed = gossip?.members().find(({ peer }) => peer === 'byzantine')?.announcement
      expect(believed?.age).toBeLessThan(100 * STEPS)
    }
    await world.during(liar.network.stop())
    await world.wait(MEMBER_EXPIRY_MS)
    await world.until(() => world.sealed(), 120_000)
  })
})
