import { describe, expect, test } from 'vitest'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import { mayBegin, type WaitingSelf } from '../../../src/gossip/run/barrier.ts'
import { announcementOf } from '../announcements.ts'

const NEWCOMER: WaitingSelf = { hasData: true, belongs: false, hasBegun: false, hasWaitedForSeal: false }
const WAITING = { phase: 'waiting', ready: false, done: false, partners: 0 } as const

function membersOf(...announced: Partial<Announcement>[]): readonly Member[] {
  return announced.map((one, i) => ({
    peer: `peer-${i}`,
    announcement: announcementOf({ ...WAITING, ...one }),
    heard: 0,
  }))
}

const READY = { ready: true }

describe('a peer begins', () => {
  test('when it counts enough, and another one does', () => {
    expect(mayBegin(NEWCOMER, membersOf(READY, {}, {}), 4)).toBe(true)
    expect(mayBegin(NEWCOMER, membersOf({}, {}, {}), 4)).toBe(false)
    expect(mayBegin(NEWCOMER, membersOf({}, {}, { ...READY, hasData: false }), 3)).toBe(false)
  })

  test('alone where the recipe asks for nobody', () => {
    expect(mayBegin(NEWCOMER, [], 1)).toBe(true)
  })

  test('before that, when two thirds of those that it reaches count enough: not everybody reaches everybody', () => {
    expect(mayBegin(NEWCOMER, membersOf(READY, READY), 4)).toBe(true)
    expect(mayBegin(NEWCOMER, membersOf(READY, READY, {}), 8)).toBe(true)
    expect(mayBegin(NEWCOMER, membersOf(READY, READY, {}, {}), 8)).toBe(false)
    expect(mayBegin(NEWCOMER, membersOf(READY, {}), 4)).toBe(false)
  })

  test('not because one says so, or members that bring no data', () => {
    expect(mayBegin(NEWCOMER, membersOf(READY), 3)).toBe(false)
    expect(mayBegin(NEWCOMER, membersOf({ ...READY, hasData: false }, { ...READY, hasData: false }), 3)).toBe(false)
  })

  test('again, when one says so of all that it reaches: its first step is behind it', () => {
    const returning = { ...NEWCOMER, belongs: true, hasBegun: true }
    expect(mayBegin(returning, membersOf(READY), 5)).toBe(true)
    expect(mayBegin(returning, membersOf({}), 5)).toBe(false)
    expect(mayBegin(returning, [], 5)).toBe(false)
  })

  test('no run beside one that has ended, as two thirds say', () => {
    const past = { phase: 'sealed', partners: 2, ...READY } as const
    expect(mayBegin(NEWCOMER, membersOf(past, past, READY), 2)).toBe(false)
    expect(mayBegin({ ...NEWCOMER, hasWaitedForSeal: true }, membersOf(past, past, READY), 2)).toBe(true)
  })
})
