import { describe, expect, test } from 'vitest'
import { createSketcher } from '../../src/averaging/sketch.ts'
import { MAX_STEPS } from '../../src/gossip/constants.ts'
import { BODY_OFFSET, sealFrame } from '../../src/gossip/exchange/frame-message.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import { decodeAnnouncement, encodeAnnouncement } from '../../src/gossip/membership/announcement-bytes.ts'
import { MEMBER_EXPIRY_MS, SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import { ALONE_GRACE_MS, RETURN_GRACE_MS } from '../../src/gossip/run/constants.ts'
import { receive, send } from '../../src/gossip/streams/messages.ts'
import { littleEndianBytes } from '../../src/parameters/little-endian.ts'
import { distance, norm } from '../../src/parameters/vectors.ts'
import { announcementOf } from './announcements.ts'
import { createAveragingWorld } from './averaging-world.ts'
import { createByzantinePeer, never } from './byzantine-peer.ts'
import { createDriftTrainer } from './drift-trainer.ts'

const LENGTH = 64
const sketcher = createSketcher(LENGTH, SKETCH_BUCKETS, 0xc0c0c0c0)

describe('a peer that leaves every exchange in doubt', () => {
  test('stops neither the others nor their mean', async () => {
    const world = createAveragingWorld({ peers: 4 })
    await world.startAll()
    const mean = world.mean()
    const byzantine = await createByzantinePeer(world)
    byzantine.announce(() =>
      announcementOf({
        sketch: sketcher.sketch(world.simulatedPeers[0].gossip?.parameters() ?? new Float32Array(LENGTH)),
      }),
    )
    let attempts = 0
    let doubts = 0
    const frame = new Uint8Array(BODY_OFFSET + 4 * LENGTH)
    frame.set(littleEndianBytes(new Float32Array(LENGTH).fill(1_000)), BODY_OFFSET)
    async function leaveInDoubt(victim: string): Promise<void> {
      const stream = await byzantine.network.open(victim, 'exchange', never)
      const proposal = {
        length: LENGTH,
        first: 0,
        end: LENGTH,
        weight: 0.5,
        age: 0,
        codec: 'none',
        done: true,
        voice: 1,
      }
      await send(stream, { type: 'propose', id: `x${attempts++}`, ...proposal }, never)
      await receive(stream, 'accept', never)
      await stream.write(sealFrame(frame.slice(), 0, 0, 4 * LENGTH), never)
      await stream.read(never)
      doubts++
      stream.abort(new Error('and now nothing'))
    }
    const harass = () => {
      for (const { peer } of world.simulatedPeers) leaveInDoubt(peer).catch(() => {})
      world.clock.after(200, harass)
    }
    harass()
    await world.until(() => world.sealed(), 300_000)
    expect([attempts > 40, doubts]).toEqual([true, 4])
    for (const { gossip } of world.simulatedPeers) {
      expect(distance(gossip?.parameters() ?? new Float32Array(0), mean)).toBeLessThan(1e-3 * norm(mean))
    }
  })
})

describe('an age that nobody can have', () => {
  test('is not accepted, and the largest that is can still be announced after more steps', async () => {
    expect(decodeAnnouncement(encodeAnnouncement(announcementOf({ age: MAX_STEPS + 1 })))).toBeUndefined()
    const world = createAveragingWorld({
      peers: 2,
      steps: 50,
      localSteps: 5,
      trainer: async (_index, _random, clock) => createDriftTrainer(clock),
    })
    await world.startAll()
    const byzantine = await createByzantinePeer(world)
    byzantine.announce(() => announcementOf({ age: MAX_STEPS }))
    await world.wait(3_000)
    for (const { gossip } of world.simulatedPeers) expect(gossip?.status().age).toBeLessThanOrEqual(MAX_STEPS)
    expect(world.simulatedPeers[0].gossip?.status().peers).toContain('peer-1')
  })
})

describe('a newcomer', () => {
  test('that has nothing to train catches up, averages, and seals with the others', async () => {
    const world = createAveragingWorld({
      peers: 3,
      steps: 400,
      localSteps: 5,
      trainer: async (_index, _random, clock) => createDriftTrainer(clock),
      core: (options, emit) =>
        createGossip({ ...options, steps: options.network.self === 'peer-2' ? 0 : options.steps }, emit),
    })
    for (const index of [0, 1]) await world.start(index)
    await world.wait(1_000)
    await world.during(world.start(2))
    await world.until(() => world.sealed())
  })
})

describe('a peer that suddenly hears nobody', () => {
  test('does not seal alone, however long the others stay away', async () => {
    const world = createAveragingWorld({ peers: 3, target: 1e-12 })
    await world.startAll()
    await world.wait(500)
    expect(world.simulatedPeers[0].gossip?.status()).toMatchObject({ phase: 'averaging', peers: ['peer-1', 'peer-2'] })
    world.network.split(new Set(['peer-0']))
    await world.wait(MEMBER_EXPIRY_MS + ALONE_GRACE_MS + 2_000)
    expect(world.simulatedPeers[0].gossip?.status()).toMatchObject({ phase: 'averaging', peers: [] })
    await world.wait(RETURN_GRACE_MS)
    expect(world.simulatedPeers[0].gossip?.sealed()).toBeUndefined()
  })
})

describe('a peer that resumes after the seal', () => {
  test('says on what the swarm had agreed, and stays for those who may need it', async () => {
    const world = createAveragingWorld({ peers: 2 })
    await world.startAll()
    await world.until(() => world.sealed())
    const hash = world.simulatedPeers[0].gossip?.sealed()
    for (const { index } of world.simulatedPeers) world.crash(index)
    const before = world.events.length
    await world.during(world.start(0))
    expect(
      world.events.slice(before).filter(line => line.includes(`peer-0 consensus`) && line.includes(`${hash}`)),
    ).toHaveLength(1)
    await world.wait(ALONE_GRACE_MS / 2)
    expect(world.simulatedPeers[0].gossip?.dismissed()).toBe(false)
    await world.wait(ALONE_GRACE_MS)
    expect(world.simulatedPeers[0].gossip?.dismissed()).toBe(true)
  })
})
