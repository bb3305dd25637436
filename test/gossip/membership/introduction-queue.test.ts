import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import {
  INTRODUCTIONS_ON_TRUST,
  MAX_INTRODUCED,
  MAX_INTRODUCED_BY_ONE,
  MEMBER_EXPIRY_MS,
  REACH_AGAIN_FIRST_MS,
} from '../../../src/gossip/membership/constants.ts'
import { createIntroductionQueue } from '../../../src/gossip/membership/introduction-queue.ts'
import { createRandom } from '../../../src/random/random.ts'
import { announcementOf } from '../announcements.ts'

function createQueue(seed = 1) {
  const clock = createVirtualClock()
  const queue = createIntroductionQueue(clock, createRandom(seed), () => 1)
  async function wait(milliseconds: number): Promise<void> {
    const end = clock.now() + milliseconds
    clock.after(milliseconds, () => {})
    await clock.run(() => clock.now() >= end)
  }
  const sizeOf = () => [...queue.all()].length
  const put = (peer: string, introducer = 'hub', sequence = 1) =>
    queue.put(peer, announcementOf({ sequence }), introducer)
  return { queue, wait, sizeOf, put }
}

describe('those that were introduced', () => {
  test('are given to be tried, each once', () => {
    const { queue, put } = createQueue()
    for (const peer of ['a', 'b', 'c']) put(peer)
    const given = [queue.take(), queue.take(), queue.take(), queue.take()].map(one => one?.peer)
    expect(given.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c'])
    expect(given[3]).toBeUndefined()
  })

  test('are tried again later, and those that were not tried come first', async () => {
    const { queue, wait, put } = createQueue()
    put('a')
    queue.take()
    queue.failed('a')
    expect([queue.take(), queue.dueAt() > 0]).toEqual([undefined, true])
    await wait(2 * REACH_AGAIN_FIRST_MS)
    put('b')
    expect([queue.take()?.peer, queue.take()?.peer]).toEqual(['b', 'a'])
  })

  test('are given with what they said last, and not with what came late', () => {
    const { queue, put } = createQueue()
    for (const sequence of [1, 3, 2]) put('a', 'hub', sequence)
    expect(queue.take()?.announcement.sequence).toBe(3)
  })

  test('are vouched for once a second neighbour has handed on what they say, and not by one that repeats itself', () => {
    const { queue, put } = createQueue()
    put('a', 'hub', 1)
    put('a', 'hub', 2)
    expect(queue.get('a')?.isVouched).toBe(false)
    put('a', 'rim', 2)
    expect(queue.get('a')?.isVouched).toBe(false)
    put('a', 'rim', 3)
    expect(queue.get('a')?.isVouched).toBe(true)
  })

  test('are forgotten when they fall silent', async () => {
    const { queue, wait, put, sizeOf } = createQueue()
    put('a')
    await wait(MEMBER_EXPIRY_MS + 1)
    expect([queue.take(), sizeOf()]).toEqual([undefined, 0])
  })
})

describe('one that introduces members without end', () => {
  test('has a bounded share of the places, and fewer where there are others', () => {
    const { put, sizeOf, queue } = createQueue()
    for (let i = 0; i < 2 * MAX_INTRODUCED_BY_ONE; i++) put(`ghost-${i}`, 'liar')
    expect(sizeOf()).toBe(MAX_INTRODUCED_BY_ONE)
    for (let liar = 0; liar < 20; liar++) for (let i = 0; i < 100; i++) put(`ghost-${liar}-${i}`, `liar-${liar}`)
    expect(sizeOf()).toBe(MAX_INTRODUCED)
    for (let i = 0; i < 20; i++) put(`peer-${i}`, 'honest')
    expect(sizeOf()).toBe(MAX_INTRODUCED)
    expect([...queue.all()].filter(({ peer }) => peer.startsWith('peer-'))).toHaveLength(20)
  })

  test('has new ones heard only in place of those that could not be reached', async () => {
    const { put, queue } = createQueue()
    for (let i = 0; i < MAX_INTRODUCED_BY_ONE; i++) put(`ghost-${i}`, 'liar')
    put('peer', 'liar')
    expect(queue.get('peer')).toBeUndefined()
    queue.failed(queue.take()?.peer as string)
    put('peer', 'liar')
    expect(queue.get('peer')).toBeDefined()
  })

  test('does not keep waiting what another has introduced', () => {
    const places = Array.from({ length: 50 }, (_, seed) => {
      const { put, queue } = createQueue(seed)
      for (let i = 0; i < MAX_INTRODUCED_BY_ONE; i++) put(`ghost-${i}`, 'liar')
      put('peer', 'honest')
      let place = 1
      while (queue.take()?.peer !== 'peer') place++
      return place
    })
    // Each draw is one of two: a place beyond 10 comes once in a thousand.
    expect(Math.max(...places)).toBeLessThan(15)
  })

  test('has fewer and fewer of them tried, until one can be reached', async () => {
    const { put, queue, wait } = createQueue()
    let ghosts = 0
    async function triesIn(milliseconds: number): Promise<number> {
      let tries = 0
      for (let waited = 0; waited < milliseconds; waited += 50) {
        for (let i = 0; i < 10; i++) put(`ghost-${ghosts++}`, 'liar')
        for (let one = queue.take(); one !== undefined; one = queue.take()) {
          tries++
          queue.failed(one.peer)
        }
        await wait(50)
      }
      return tries
    }
    expect(await triesIn(10_000)).toBeLessThan(INTRODUCTIONS_ON_TRUST + 10)
    expect(await triesIn(60_000)).toBeLessThan(8)
    put('peer', 'liar')
    while (queue.get('peer') === undefined) {
      put('peer', 'liar')
      await wait(1_000)
    }
    queue.remove('peer', 'reached')
    expect(await triesIn(1_000)).toBeGreaterThanOrEqual(INTRODUCTIONS_ON_TRUST)
  })
})
