import { describe, expect, test } from 'vitest'
import type { JudgingOutcome } from '../../src/judging/judging.ts'
import { sumOfCounts, type TestCounts } from '../../src/worth/counts.ts'
import { figuresOf } from '../../src/worth/figures.ts'
import { type CountingPeer, createCountingSwarm, drawnCounts } from './counting-swarm.ts'

const THREE = { kind: 'classes', classes: 3 } as const
const TWO = { kind: 'classes', classes: 2 } as const
const CALM = { delay: '1-20', loss: 0 }
const ROUGH = { delay: '1-20', loss: 0.2 }

const indices = (count: number) => Array.from({ length: count }, (_, index) => index)
const allTold = (peers: readonly CountingPeer[]) => () => peers.every(({ outcome }) => outcome !== undefined)

/** Everybody holds the sum of these, to the last count. */
function expectSum(outcome: JudgingOutcome | undefined, parts: readonly TestCounts[], of: number): void {
  const counts = sumOfCounts(THREE, parts)
  expect(outcome).toEqual({ counts, members: parts.length, of })
}

describe('the counts of a swarm', () => {
  test.each([
    { peers: 5, shape: TWO },
    { peers: 10, shape: THREE },
  ])('at $peers peers that lose one message in five are those of one place, to the last of a million', async given => {
    const { peers: count, shape } = given
    const swarm = createCountingSwarm(count, ROUGH, indices(count))
    const own = indices(count).map(index => drawnCounts(shape.classes, 1_000_000 / count, `rough/${index}`))
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, shape, { own: counts })))
    await swarm.until(allTold(peers))
    const counts = sumOfCounts(shape, own)
    expect(counts.samples).toBe(1_000_000)
    for (const { outcome } of peers) expect(outcome).toEqual({ counts, members: count, of: count })
    expect(figuresOf(counts).samples).toBe(1_000_000)
  })

  test('of values are exact as well, however large and small they are', async () => {
    const shape = { kind: 'values', outputs: 2 } as const
    const swarm = createCountingSwarm('values', CALM, indices(3))
    const sums = (k: bigint) => ({
      squaredErrors: (1n << 79n) + k,
      errors: 3n ** k,
      values: -(1n << 70n) - k,
      squares: 0n,
      magnitudes: 1n,
    })
    const own = indices(3).map(index => {
      const k = BigInt(index + 1)
      return { kind: 'values', samples: 10 + index, sums: [sums(k), sums(k * 7n)] } as const
    })
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, shape, { own: counts })))
    await swarm.until(allTold(peers))
    for (const { outcome } of peers) expect(outcome).toEqual({ counts: sumOfCounts(shape, own), members: 3, of: 3 })
  })

  test('wait for a member that takes longer to count its own', async () => {
    const swarm = createCountingSwarm('slow', CALM, indices(4))
    const own = indices(4).map(index => drawnCounts(3, 100, `slow/${index}`))
    const peers = await Promise.all(own.slice(1).map((counts, at) => swarm.start(at + 1, THREE, { own: counts })))
    await swarm.wait(20_000)
    expect(peers.map(({ outcome }) => outcome)).toEqual([undefined, undefined, undefined])
    peers.push(await swarm.start(0, THREE, { own: own[0] }))
    await swarm.until(allTold(peers))
    for (const { outcome } of peers) expectSum(outcome, own, 4)
  })

  test('are those of k of n where a member is gone before it has counted', async () => {
    const swarm = createCountingSwarm('gone', CALM, indices(4))
    const own = indices(3).map(index => drawnCounts(3, 100, `gone/${index}`))
    swarm.kill(swarm.nameOf(3))
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, THREE, { own: counts })))
    await swarm.until(allTold(peers))
    for (const { outcome } of peers) expectSum(outcome, own, 4)
  })

  test.each(indices(8))('are never wrong where a member vanishes in the middle of it (%i)', async seed => {
    const swarm = createCountingSwarm(`vanishes/${seed}`, { delay: '1-20', loss: 0.05 }, indices(5))
    const own = indices(5).map(index => drawnCounts(3, 1_000, `vanishes/${seed}/${index}`))
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, THREE, { own: counts })))
    await swarm.wait(900 + 100 * seed)
    swarm.kill(peers[4].name)
    const rest = peers.slice(0, 4)
    await swarm.until(allTold(rest))
    for (const { outcome } of rest) expect(outcome).toEqual(rest[0].outcome)
    const told = rest[0].outcome as Extract<JudgingOutcome, { counts: TestCounts }>
    // With its counts, where they were in; else without.
    expectSum(told, told.members === 5 ? own : own.slice(0, 4), 5)
  })

  test('have no part of a peer that took the seal, which takes the figures', async () => {
    const swarm = createCountingSwarm('late', CALM, indices(3))
    const own = indices(3).map(index => drawnCounts(3, 100, `late/${index}`))
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, THREE, { own: counts })))
    // One comes while they count, one long afterwards.
    peers.push(await swarm.start(3, THREE, { own: undefined }))
    await swarm.until(allTold(peers))
    peers.push(await swarm.start(4, THREE, { own: undefined }))
    await swarm.until(allTold(peers))
    for (const { outcome } of peers) expectSum(outcome, own, 3)
  })

  test('are taken by a latecomer from the one that has stayed, of others that it has never met', async () => {
    const swarm = createCountingSwarm('stayed', CALM, indices(5))
    const own = indices(5).map(index => drawnCounts(3, 100, `stayed/${index}`))
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, THREE, { own: counts })))
    await swarm.until(allTold(peers))
    for (const { name } of peers.slice(1)) swarm.kill(name)
    await swarm.wait(30_000)
    const late = await swarm.start(7, THREE, { own: undefined, present: () => [peers[0].name] })
    await swarm.until(allTold([late]))
    expectSum(late.outcome, own, 5)
  })

  test('have no part of a member that comes when they are sealed, which takes them', async () => {
    const swarm = createCountingSwarm('missed', CALM, indices(3))
    const own = indices(3).map(index => drawnCounts(3, 100, `missed/${index}`))
    const present = () => []
    const peers = await Promise.all(
      own.slice(0, 2).map((counts, at) => swarm.start(at, THREE, { own: counts, present })),
    )
    await swarm.until(allTold(peers))
    const last = await swarm.start(2, THREE, { own: own[2] })
    await swarm.until(allTold([last]))
    for (const { outcome } of [...peers, last]) expectSum(outcome, own.slice(0, 2), 3)
  })

  test('of a peer that all others have left are its own, and it says of how many', async () => {
    const swarm = createCountingSwarm('left', CALM, indices(3))
    const own = drawnCounts(3, 100, 'left')
    const peer = await swarm.start(0, THREE, { own, present: () => [] })
    await swarm.until(allTold([peer]))
    expectSum(peer.outcome, [own], 3)
    expect(swarm.clock.now()).toBeLessThan(10_000)
  })

  test('of a peer whose others are there and do not count are its own, after a minute', async () => {
    const swarm = createCountingSwarm('nobody', CALM, indices(2))
    const own = drawnCounts(3, 10, 'nobody')
    const peer = await swarm.start(0, THREE, { own })
    const latecomer = createCountingSwarm('nobody', CALM, indices(2))
    const late = await latecomer.start(2, THREE, { own: undefined })
    await swarm.until(allTold([peer]))
    await latecomer.until(allTold([late]))
    expect(swarm.clock.now()).toBeGreaterThan(60_000)
    expectSum(peer.outcome, [own], 2)
    expect(late.outcome).toEqual({ reason: 'nobody is there any more that has counted' })
  })

  test('of members that never come to an end are told to be none, with the reason', async () => {
    const swarm = createCountingSwarm('without end', { delay: '1-20', loss: 0.8 }, indices(3))
    const own = indices(3).map(index => drawnCounts(3, 10, `endless/${index}`))
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, THREE, { own: counts })))
    await swarm.until(allTold(peers))
    for (const { outcome } of peers) {
      expect(outcome).toEqual({ reason: 'the members did not agree on their counts in 240 s' })
    }
  })

  test('need a peer until the others have them too, and not after its end', async () => {
    const swarm = createCountingSwarm('needed', CALM, indices(2))
    const own = indices(2).map(index => drawnCounts(3, 10, `needed/${index}`))
    const peers = await Promise.all(own.map((counts, index) => swarm.start(index, THREE, { own: counts })))
    expect(peers[0].judging.isNeeded()).toBe(true)
    await swarm.until(allTold(peers))
    await swarm.until(() => peers.every(({ judging }) => !judging.isNeeded()))
    const stopping = Promise.all(peers.map(({ judging }) => judging.stop()))
    let over = false
    stopping.then(() => {
      over = true
    })
    await swarm.until(() => over)
  })
})
