import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import {
  BACKOFF_OVER_HELD,
  LONGEST_BACKOFF_MS,
  LONGEST_REFUSED_BACKOFF_MS,
  MOVED_GAP_MS,
  MOVED_HELD_MS,
  PARTNER_BACKOFF_MS,
} from '../../../src/gossip/membership/constants.ts'
import { createStanding, FAILING, NEW, PROVEN } from '../../../src/gossip/membership/standing.ts'

const refused = { refused: true, milliseconds: 0 }

function createWatched() {
  const clock = createVirtualClock()
  const averaged = new Set<string>()
  const standing = createStanding(clock, { hasAveragedWith: peer => averaged.has(peer) })
  /** Milliseconds until it is no longer so, to a tenth of the first. */
  async function lasts(holds: () => boolean): Promise<number> {
    const began = clock.now()
    const tick = () => void clock.after(PARTNER_BACKOFF_MS / 10, tick)
    tick()
    await clock.run(() => !holds())
    return clock.now() - began
  }
  /** @returns the time then */
  async function wait(milliseconds: number): Promise<number> {
    const end = clock.now() + milliseconds
    clock.after(milliseconds, () => {})
    await clock.run(() => clock.now() >= end)
    return clock.now()
  }
  return {
    standing,
    averaged,
    wait,
    avoided: () => lasts(() => standing.isAvoided('a')),
    rests: () => lasts(() => standing.isResting('a')),
  }
}

describe('the standing of a peer', () => {
  test('is that of a newcomer, of one that has proved itself, and of one that fails until an exchange comes to its end', () => {
    const { standing, averaged } = createWatched()
    expect(standing.level('a')).toBe(NEW)
    averaged.add('a')
    expect(standing.level('a')).toBe(PROVEN)
    // One that is busy, perhaps with those that hold its places, is no worse for it.
    standing.failed('a', refused)
    expect(standing.level('a')).toBe(PROVEN)
    standing.failed('a', { refused: false, milliseconds: 0 })
    standing.failed('a', refused)
    expect([standing.level('a'), standing.level('b')]).toEqual([FAILING, NEW])
    standing.completed('a')
    expect([standing.level('a'), standing.isAvoided('a')]).toEqual([PROVEN, false])
  })

  test('lets it be avoided twice as long with every failure, up to a bound', async () => {
    const { standing, avoided } = createWatched()
    const times: number[] = []
    for (let i = 0; i < 8; i++) {
      standing.failed('a', refused)
      times.push(await avoided())
    }
    expect(times.slice(0, 3)).toEqual([250, 500, 1_000])
    expect(times.at(-1)).toBe(LONGEST_REFUSED_BACKOFF_MS)
  })

  test.each(['a', undefined])('is no worse for what broke because one of the two has moved: %s', async mover => {
    const { standing, avoided, wait } = createWatched()
    await wait(5_000)
    standing.moved(mover)
    await wait(5_000)
    standing.failed('a', { refused: false, milliseconds: 9_500 })
    expect(await avoided()).toBe(PARTNER_BACKOFF_MS)
    // What began after it had moved is another matter.
    standing.failed('a', { refused: false, milliseconds: 1_000 })
    expect(await avoided()).toBe(BACKOFF_OVER_HELD * 1_000)
  })

  test('is no better for one that says again and again that it has moved, or holds what it has for long', async () => {
    const { standing, avoided, wait } = createWatched()
    await wait(10_000)
    standing.moved('a')
    standing.failed('a', { refused: false, milliseconds: MOVED_HELD_MS + 100 })
    expect(await avoided()).toBe(BACKOFF_OVER_HELD * (MOVED_HELD_MS + 100))
    const excused: number[] = []
    for (let i = 0; i < 10; i++) {
      standing.completed('a')
      standing.moved('a')
      const now = await wait(5_000)
      standing.failed('a', { refused: false, milliseconds: 5_000 })
      if ((await avoided()) !== BACKOFF_OVER_HELD * 5_000) excused.push(now)
    }
    expect(excused.length).toBeGreaterThan(1)
    for (const [i, at] of excused.slice(1).entries()) expect(at - excused[i]).toBeGreaterThanOrEqual(MOVED_GAP_MS)
  })

  test('lets it be avoided for some times as long as it has held something, up to a bound', async () => {
    const { standing, avoided, rests } = createWatched()
    standing.failed('a', { refused: false, milliseconds: 2_000 })
    expect(await rests()).toBe(PARTNER_BACKOFF_MS)
    expect((await avoided()) + PARTNER_BACKOFF_MS).toBe(BACKOFF_OVER_HELD * 2_000)
    standing.failed('a', { refused: false, milliseconds: 1e6 })
    expect(await avoided()).toBe(LONGEST_BACKOFF_MS)
  })
})
