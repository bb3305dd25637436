import { expect, test } from 'vitest'
import { FARTHEST_MARGIN } from '../../../src/averaging/clipping.ts'
import { createApart } from '../../../src/gossip/exchange/apart.ts'
import { STAYING_MS } from '../../../src/gossip/exchange/constants.ts'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import type { Phase } from '../../../src/gossip/phase.ts'
import { announcementOf } from '../announcements.ts'

const USUAL = 10
const FAR = FARTHEST_MARGIN * USUAL + 1

/** @param shared of what it moves this peer by with every exchange */
function apartAt(phase: Phase, { present = USUAL, theirs = 'averaging' as Phase, shared = 0, spent = false } = {}) {
  const state = { time: 0, last: undefined as number | undefined, meetings: 0 }
  const apart = createApart({
    clock: { now: () => state.time },
    phase: { now: () => phase },
    membership: {
      get: () => ({ announcement: announcementOf({ phase: theirs }) }) as Member,
      isGone: () => false,
    },
    distances: { now: () => USUAL, present: () => present, last: () => state.last },
    accounts: {
      sinceEnd: () => (spent ? { by: 0, shared: 0 } : { by: state.meetings, shared: shared * state.meetings }),
      isSpent: () => spent,
    },
  })
  const meet = (distance: number, after = 0) => {
    state.time += after
    state.meetings++
    const times = apart.weigh('b', distance)
    state.last = distance
    return times
  }
  return { apart, state, meet }
}

test('one that is far counts once where it may have been away, and twice where it has come no nearer', () => {
  const { meet } = apartAt('training')
  expect([FAR, FAR, FAR].map(distance => meet(distance))).toEqual([1, 2, 2])
})

test('one that comes nearer was away, and one within what is honest is nothing to speak of', () => {
  const { meet } = apartAt('training')
  expect([2 * FAR, 1.8 * FAR, 1.6 * FAR, FAR, USUAL, 3 * USUAL].map(distance => meet(distance))).toEqual([
    1, 0, 0, 0, 0, 0,
  ])
})

test('once most are together, one that stays far from them counts for as long as it does', () => {
  const { apart, meet } = apartAt('averaging', { present: 0.1 })
  expect(meet(USUAL)).toBe(0)
  expect(apart.has('b')).toBe(true)
  expect([1, STAYING_MS - 2].map(after => meet(USUAL, after))).toEqual([0, 0])
  expect([1, 1, STAYING_MS - 1].map(after => meet(USUAL, after))).toEqual([1, 0, 1])
})

test('one that has moved this peer by all that it may is looked at in the same way', () => {
  const { meet } = apartAt('averaging', { present: 0.1, spent: true })
  expect([0, STAYING_MS].map(after => meet(USUAL, after))).toEqual([0, 1])
})

test('one that shares what moves this peer is waited for, however far it is, until it is near', () => {
  const { apart, meet } = apartAt('averaging', { present: 0.1, shared: 0.6 })
  expect([0, 1, 2, 3].map(() => meet(USUAL, STAYING_MS))).toEqual([0, 0, 0, 0])
  expect(meet(0.3)).toBe(0)
  expect(apart.has('b')).toBe(false)
})

test('one that still trains beside those that have done so is as far from them as its training makes it', () => {
  const { apart, meet } = apartAt('averaging', { present: 0.1, theirs: 'training' })
  expect([USUAL, USUAL, USUAL].map(distance => meet(distance, STAYING_MS))).toEqual([0, 0, 0])
  expect(apart.has('b')).toBe(false)
})

test('where all are as far apart as they were, nobody is far from most', () => {
  const { meet } = apartAt('averaging')
  expect([USUAL, USUAL, 3 * USUAL].map(distance => meet(distance, STAYING_MS))).toEqual([0, 0, 0])
})
