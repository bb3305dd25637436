import { describe, expect, it } from 'vitest'
import {
  TIMEOUT_BOUNDS,
  TIMEOUT_FEWEST,
  TIMEOUT_OBSERVATIONS,
  TIMEOUT_PARTNERS,
} from '../../../src/gossip/pace/constants.ts'
import { createTimeouts, type Timeouts, type Wait } from '../../../src/gossip/pace/timeouts.ts'

const WAITS = Object.keys(TIMEOUT_BOUNDS) as Wait[]
const { floor, ceiling } = TIMEOUT_BOUNDS.frame

/** Has heard of frames that took so long. */
function taught(milliseconds: readonly number[], timeouts = createTimeouts()): Timeouts {
  for (const each of milliseconds) timeouts.took('frame', each, 'anybody')
  return timeouts
}

const often = (milliseconds: number, times = TIMEOUT_OBSERVATIONS) => Array.from({ length: times }, () => milliseconds)

describe('timeouts', () => {
  it.each(WAITS)('waits for the ceiling of %s before enough was seen', wait => {
    const timeouts = createTimeouts()
    for (let i = 1; i < TIMEOUT_FEWEST; i++) timeouts.took(wait, 1, 'a')
    expect(timeouts.limit(wait, 'a')).toBe(TIMEOUT_BOUNDS[wait].ceiling)
    timeouts.took(wait, 1, 'a')
    expect(timeouts.limit(wait, 'a')).toBe(TIMEOUT_BOUNDS[wait].floor)
  })

  it('waits twice as long for what always takes the same time', () => {
    expect(taught(often(3_000)).limit('frame', 'a')).toBe(2 * 3_000)
  })

  it('waits longer the more times vary', () => {
    // Median 2000, median absolute deviation 100.
    const varied = taught(Array.from({ length: 8 }, () => [1_800, 1_900, 2_000, 2_100, 2_200]).flat())
    expect(varied.limit('frame', 'a')).toBeCloseTo(2 * (2_000 + 6 * 148.26), 6)
  })

  it.each([[1_000_000], [0]])(
    'is not moved by one that took %i ms among many that took as long as each other',
    strange => {
      expect(taught([...often(3_000, 9), strange]).limit('frame', 'a')).toBe(taught(often(3_000)).limit('frame', 'a'))
    },
  )

  it('follows a network that has become slower, and faster again', () => {
    const timeouts = taught(often(1_500))
    const before = timeouts.limit('frame', 'a')
    expect(taught(often(4_000), timeouts).limit('frame', 'a')).toBeGreaterThan(2 * before)
    expect(taught(often(1_500), timeouts).limit('frame', 'a')).toBe(before)
  })

  it('never waits less than the floor, nor more than the ceiling', () => {
    expect(taught(often(0)).limit('frame', 'a')).toBe(floor)
    expect(taught(often(10 * ceiling)).limit('frame', 'a')).toBe(ceiling)
  })

  it('learns every wait by itself', () => {
    expect(taught(often(1)).limit('answer', 'a')).toBe(TIMEOUT_BOUNDS.answer.ceiling)
  })

  it('gives a whole exchange the time of its frames', () => {
    const timeouts = createTimeouts()
    expect(timeouts.limit('whole', 'a', 101)).toBe(
      TIMEOUT_BOUNDS.whole.ceiling + 100 * TIMEOUT_BOUNDS.whole.furtherFrame,
    )
    for (const frames of [10, 20, 30, 40]) timeouts.took('whole', 500 * frames, 'a', frames)
    expect(timeouts.limit('whole', 'a', 100)).toBe(2 * 500 * 100)
    expect(timeouts.limit('whole', 'a', 0)).toBe(TIMEOUT_BOUNDS.whole.floor)
  })

  describe('after a limit ran out', () => {
    it('gives this partner twice the time each time, up to the ceiling, and nobody else', () => {
      const timeouts = taught(often(0))
      const limits = Array.from({ length: 20 }, () => {
        timeouts.ranOut('slow')
        return timeouts.limit('frame', 'slow')
      })
      expect(limits.slice(0, 3)).toEqual([2 * floor, 4 * floor, 8 * floor])
      expect(Math.max(...limits)).toBe(ceiling)
      expect(timeouts.limit('frame', 'another')).toBe(floor)
    })

    it('halves it again with every exchange that came to its end', () => {
      const timeouts = taught(often(0))
      for (let i = 0; i < 3; i++) timeouts.ranOut('slow')
      const limits = Array.from({ length: 4 }, () => {
        timeouts.took('whole', 0, 'slow')
        return timeouts.limit('frame', 'slow')
      })
      expect(limits).toEqual([4 * floor, 2 * floor, floor, floor])
    })

    it('does not take it for a success that a frame has come', () => {
      const timeouts = taught(often(0))
      timeouts.ranOut('slow')
      timeouts.took('frame', 0, 'slow')
      expect(timeouts.limit('frame', 'slow')).toBe(2 * floor)
    })

    it('comes back soon from a partner that was gone for very long', () => {
      const timeouts = taught(often(0))
      for (let i = 0; i < 1_000; i++) timeouts.ranOut('slow')
      for (let i = 0; i < 10; i++) timeouts.took('whole', 0, 'slow')
      expect(timeouts.limit('frame', 'slow')).toBe(floor)
    })

    it('remembers so many partners and forgets those that ran out longest ago', () => {
      const timeouts = taught(often(0))
      timeouts.ranOut('first')
      timeouts.ranOut('second')
      timeouts.ranOut('first')
      for (let i = 0; i < TIMEOUT_PARTNERS - 1; i++) timeouts.ranOut(`peer ${i}`)
      expect(timeouts.limit('frame', 'first')).toBe(4 * floor)
      expect(timeouts.limit('frame', 'second')).toBe(floor)
    })
  })
})
