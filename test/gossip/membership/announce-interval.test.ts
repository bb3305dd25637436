import { describe, expect, test } from 'vitest'
import { announceInterval, believedInterval, newsGap } from '../../../src/gossip/membership/announce-interval.ts'
import {
  ANNOUNCE_GAP_MS,
  ANNOUNCE_INTERVAL_MS,
  HEARD_A_SECOND,
  LONGEST_ANNOUNCE_INTERVAL_MS,
} from '../../../src/gossip/membership/constants.ts'

describe('the interval of announcements', () => {
  test.each([1, 2, 10, 20])('is a second in a swarm of %i', peers => {
    expect(announceInterval(peers)).toBe(ANNOUNCE_INTERVAL_MS)
  })

  test.each([21, 40, 80, 300, 1_200])('of %i lets each hear as many a second as of 20', peers => {
    expect((1_000 * peers) / announceInterval(peers)).toBeCloseTo(HEARD_A_SECOND, 6)
  })

  test('has an end', () => {
    expect(announceInterval(1e6)).toBe(LONGEST_ANNOUNCE_INTERVAL_MS)
  })

  test.each([
    [5, ANNOUNCE_GAP_MS],
    [8, ANNOUNCE_GAP_MS],
    [16, 800],
    [80, announceInterval(80)],
  ])('of %i: news wait for %d ms', (peers, gap) => {
    expect(newsGap(peers)).toBe(gap)
  })

  test('that another says is believed up to twice what this peer finds right', () => {
    expect(believedInterval(ANNOUNCE_INTERVAL_MS, 5)).toBe(ANNOUNCE_INTERVAL_MS)
    expect(believedInterval(1_500, 5)).toBe(1_500)
    expect(believedInterval(LONGEST_ANNOUNCE_INTERVAL_MS, 5)).toBe(2 * ANNOUNCE_INTERVAL_MS)
    expect(believedInterval(LONGEST_ANNOUNCE_INTERVAL_MS, 40)).toBe(4 * ANNOUNCE_INTERVAL_MS)
  })

  test('that another says is believed to be no shorter than a second', () => {
    expect(believedInterval(0, 5)).toBe(ANNOUNCE_INTERVAL_MS)
  })
})
