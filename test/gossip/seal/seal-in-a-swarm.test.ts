import { describe, expect, test } from 'vitest'
import type { WorldOptions } from '../../../simulations/virtual/world.ts'
import { createSketcher } from '../../../src/averaging/sketch.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import { MEMBER_EXPIRY_MS, SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import type { Phase } from '../../../src/gossip/phase.ts'
import type { FrameStream, PeerId } from '../../../src/gossip/ports.ts'
import { ALONE_GRACE_MS } from '../../../src/gossip/run/constants.ts'
import { SEAL_TIMEOUT_MS, STRANGER_PATIENCE_MS } from '../../../src/gossip/seal/constants.ts'
import { receive } from '../../../src/gossip/streams/messages.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import { distance, norm } from '../../../src/parameters/vectors.ts'
import { announcementOf } from '../announcements.ts'
import { type AveragingWorld, createAveragingWorld } from '../averaging-world.ts'
import { createByzantinePeer, never } from '../byzantine-peer.ts'
import { answerTo } from '../fetching-swarm.ts'

const sealOf = (world: AveragingWorld, index: number) => world.simulatedPeers[index].gossip?.sealed()
const phases = (world: AveragingWorld) => world.simulatedPeers.map(({ gossip }) => gossip?.status().phase)
const said = (world: AveragingWorld, event: string) => world.events.filter(line => line.includes(` ${event} `))

/** The honest wait for one that does not follow, and then no more. */
const PATIENT_MS = 2 * SEAL_TIMEOUT_MS

/** Starts the peer that only listens so far. */
let start = async () => {}

/** A core of which one peer only listens where others start. */
function listening(peer: PeerId): NonNullable<WorldOptions['core']> {
  return async (options, emit) => {
    const gossip = await createGossip(options, emit)
    if (options.network.self !== peer) return gossip
    start = gossip.start
    return { ...gossip, start: gossip.listen }
  }
}

describe('a swarm', () => {
  test('ends on the same bytes', async () => {
    const world = createAveragingWorld({ peers: 6 })
    await world.startAll()
    await world.until(() => world.sealed())
    const hashes = world.simulatedPeers.map(({ gossip }) => hashParameters(gossip?.parameters() ?? new Float32Array(0)))
    expect(new Set(hashes)).toEqual(new Set([sealOf(world, 0)]))
  })

  test('ends on its mean, within the target', async () => {
    const world = createAveragingWorld({ peers: 6 })
    await world.startAll()
    const mean = world.mean()
    await world.until(() => world.sealed())
    expect(distance(world.mean(), mean)).toBeLessThan(1e-3 * norm(mean))
  })

  test('says the same consensus distance, everyone', async () => {
    const world = createAveragingWorld({ peers: 6 })
    await world.startAll()
    await world.until(() => world.sealed())
    await world.wait(1_000)
    const told = said(world, 'consensus').map(line => JSON.parse(line.slice(line.indexOf('{'))).consensusDistance)
    expect([told.length, new Set(told).size]).toEqual([6, 1])
  })

  test('seals without one that dies meanwhile', async () => {
    const world = createAveragingWorld({ peers: 5 })
    await world.startAll()
    await world.until(() => phases(world).includes('sealing'))
    world.crash(2)
    const others = [0, 1, 3, 4]
    await world.until(() => new Set(others.map(i => sealOf(world, i))).size === 1 && sealOf(world, 0) !== undefined)
    expect(world.clock.now()).toBeGreaterThan(MEMBER_EXPIRY_MS)
  })

  test('gives its seal to one that comes back after it', async () => {
    const world = createAveragingWorld({ peers: 4 })
    await world.startAll()
    await world.wait(500)
    world.crash(1)
    await world.until(() => [0, 2, 3].every(i => sealOf(world, i) !== undefined))
    const seal = sealOf(world, 0)
    await world.during(world.start(1))
    await world.until(() => world.sealed())
    expect(sealOf(world, 1)).toBe(seal)
  })

  test('gives its seal to one that comes after it when that one starts, and not while it only listens', async () => {
    const world = createAveragingWorld({ peers: 3, core: listening('peer-2') })
    for (const index of [0, 1]) await world.start(index)
    await world.until(() => [0, 1].every(i => sealOf(world, i) !== undefined))
    await world.start(2)
    await world.wait(5_000)
    expect(sealOf(world, 2)).toBeUndefined()
    await world.during(start())
    await world.until(() => world.sealed())
  })

  test('gives its seal to one that heard all of it, and only listened', async () => {
    const world = createAveragingWorld({ peers: 3, core: listening('peer-2') })
    await world.start(2)
    for (const index of [0, 1]) await world.start(index)
    await world.until(() => [0, 1].every(i => sealOf(world, i) !== undefined))
    const seal = sealOf(world, 0)
    await world.during(start())
    await world.until(() => world.sealed())
    expect(sealOf(world, 2)).toBe(seal)
  })

  test('of one alone does not seal, however long it waits', async () => {
    const world = createAveragingWorld({ peers: 1 })
    await world.startAll()
    await world.wait(10 * ALONE_GRACE_MS)
    expect(world.sealed()).toBe(false)
  })

  test('is still sealed after all have restarted', async () => {
    const world = createAveragingWorld({ peers: 3 })
    await world.startAll()
    await world.until(() => world.sealed())
    const seal = sealOf(world, 0)
    for (const index of [0, 1, 2]) {
      world.crash(index)
      await world.during(world.start(index))
    }
    await world.wait(10_000)
    expect([0, 1, 2].map(index => sealOf(world, index))).toEqual([seal, seal, seal])
  })

  test('that was cut in two, and sealed apart, opens again and ends on one', async () => {
    const world = createAveragingWorld({ peers: 6 })
    world.network.split(new Set(['peer-0', 'peer-1', 'peer-2']))
    await world.startAll()
    await world.until(() => world.simulatedPeers.every((_, index) => sealOf(world, index) !== undefined))
    const apart = new Set(world.simulatedPeers.map((_, index) => sealOf(world, index)))
    expect(apart.size).toBe(2)
    world.network.split()
    await world.until(() => world.sealed())
    // The halves had sealed on 1 and on 4.
    expect(world.simulatedPeers[0].gossip?.parameters()[0]).toBeCloseTo(2.5, 1)
  })

  test('does not seal while one stays away from the others, for as long as one is waited for that averages with nobody', async () => {
    const world = createAveragingWorld({ peers: 3 })
    const byzantine = await createByzantinePeer(world)
    byzantine.announce(() => announcementOf({ sketch: new Float32Array(SKETCH_BUCKETS).fill(50) }))
    await world.startAll()
    await world.wait(STRANGER_PATIENCE_MS)
    expect(phases(world)).toEqual(['averaging', 'averaging', 'averaging'])
    await world.until(() => world.sealed(), PATIENT_MS)
    expect(
      said(world, 'warning').filter(line => line.includes('byzantine has kept the others from ending')),
    ).not.toEqual([])
  })
})

describe('a byzantine peer', () => {
  const sketcher = createSketcher(64, SKETCH_BUCKETS, 0xc0c0c0c0)

  /** A sketch of where the others are, so that they wait for it. */
  const nearSketch = (world: AveragingWorld) =>
    sketcher.sketch(world.simulatedPeers[0].gossip?.parameters() ?? new Float32Array(64))

  /** A peer that takes part in nothing but the seal, and proposes this vector from the first moment. */
  async function propose(world: AveragingWorld, vector: Float32Array, serves: boolean, phase: Phase = 'sealing') {
    const choice = hashParameters(vector)
    const byzantine = await createByzantinePeer(world, async (channel, stream: FrameStream) => {
      if (channel !== 'fetch' || !serves) throw new Error('not now')
      const piece = await receive(stream, 'fetch', never)
      for (const frame of answerTo(vector, piece)) await stream.write(frame, never)
      await stream.close(never)
    })
    byzantine.announce(() => announcementOf({ phase, choice, sketch: nearSketch(world) }))
    return choice
  }

  const honestSeal = async (world: AveragingWorld, limitMilliseconds = 120_000) => {
    await world.until(() => world.sealed(), limitMilliseconds)
    return world.simulatedPeers[0].gossip?.parameters() ?? new Float32Array(0)
  }

  test.for<Phase>(['sealing', 'sealed'])('that is %s on a vector far away moves nobody there', async phase => {
    const world = createAveragingWorld({ peers: 4 })
    await propose(world, new Float32Array(64).fill(100), true, phase)
    await world.startAll()
    const mean = world.mean()
    const vector = await honestSeal(world)
    expect(distance(vector, mean)).toBeLessThan(1e-3 * norm(mean))
  })

  test('that proposes a vector within the target moves nobody further than that', async () => {
    const target = 0.05
    const world = createAveragingWorld({ peers: 4, target })
    await world.startAll()
    const mean = world.mean()
    await propose(world, new Float32Array(64).fill(1.5 * 1.04), true)
    const vector = await honestSeal(world, PATIENT_MS)
    expect(distance(vector, mean)).toBeLessThan(2 * target * norm(mean))
  })

  test('that proposes what nobody can fetch does not stop averaging', async () => {
    const world = createAveragingWorld({ peers: 4 })
    await propose(world, new Float32Array(64).fill(100), false)
    await world.startAll()
    await world.wait(5_000)
    const spread = world.simulatedPeers.map(({ gossip }) => gossip?.parameters()[0] ?? 0)
    expect(Math.max(...spread) - Math.min(...spread)).toBeLessThan(0.01)
  })

  test('that proposes what nobody can fetch does not stop the seal', async () => {
    const world = createAveragingWorld({ peers: 4 })
    await propose(world, new Float32Array(64).fill(100), false)
    await world.startAll()
    await honestSeal(world, PATIENT_MS)
    expect(world.clock.now()).toBeGreaterThan(STRANGER_PATIENCE_MS)
  })

  test('that never chooses does not stop the seal', async () => {
    const world = createAveragingWorld({ peers: 4 })
    await world.startAll()
    const byzantine = await createByzantinePeer(world)
    byzantine.announce(() => announcementOf({ sketch: nearSketch(world) }))
    await honestSeal(world, PATIENT_MS)
    expect(world.clock.now()).toBeGreaterThan(STRANGER_PATIENCE_MS)
  })

  test('that refuses whatever is chosen is outvoted', async () => {
    const world = createAveragingWorld({ peers: 4 })
    await world.startAll()
    let heard: Announcement | undefined
    const byzantine = await createByzantinePeer(world, undefined, announcement => {
      if (announcement.choice !== undefined) heard = announcement
    })
    byzantine.announce(() => announcementOf({ ...heard, sketch: nearSketch(world), refuses: heard?.choice }))
    await honestSeal(world)
    await world.wait(20_000)
    expect(world.sealed()).toBe(true)
  })
})
