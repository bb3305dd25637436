import { describe, expect, test } from 'vitest'
import {
  WRITE_AHEAD_BYTES,
  WRITE_AHEAD_FIRST_BYTES,
  WRITE_AHEAD_LEAST_BYTES,
  WRITE_AHEAD_MS,
} from '../../src/network/constants.ts'
import { createWriteAhead } from '../../src/network/write-ahead.ts'

/** What the system takes at once, before the link is felt. */
const SYSTEM_BYTES = 90_000

/** A link that carries so many bytes a millisecond, and a writer that writes as much as may wait. */
function linkOf(rate: number) {
  let now = 1_000
  const ahead = createWriteAhead(() => now)
  let queued = 0
  const pass = (milliseconds: number) => {
    now += milliseconds
    queued = Math.max(0, queued - rate * milliseconds)
  }
  return {
    ahead,
    pass,
    write(bytes: number) {
      for (let left = bytes; left > 0; ) {
        const piece = Math.min(left, ahead.piece())
        const room = SYSTEM_BYTES + ahead.bytes() - ahead.piece()
        const waits = queued > room
        if (waits) pass((queued - room) / rate)
        ahead.wrote(piece, waits)
        queued += piece
        left -= piece
        pass(0.01)
      }
    },
  }
}

describe('what is written ahead', () => {
  test('is what a slow connection carries in a fifth of a second', () => {
    const { ahead, write } = linkOf(175)
    expect(ahead.bytes()).toBe(WRITE_AHEAD_FIRST_BYTES)
    write(1_000_000)
    expect(ahead.bytes() / (175 * WRITE_AHEAD_MS)).toBeCloseTo(1, 1)
  })

  test('is never less than a packet or two, and over a fast connection as much as may be', () => {
    const crawling = linkOf(5)
    crawling.write(1_000_000)
    expect(crawling.ahead.bytes()).toBe(WRITE_AHEAD_LEAST_BYTES)
    const fast = linkOf(100_000)
    fast.write(8_000_000)
    expect(fast.ahead.bytes()).toBe(WRITE_AHEAD_BYTES)
  })

  test('is as much as may be where nothing ever waits', () => {
    const { ahead, write } = linkOf(1e9)
    write(8_000_000)
    expect(ahead.bytes()).toBe(WRITE_AHEAD_BYTES)
  })

  test('counts no time in which nobody writes', () => {
    const { ahead, write, pass } = linkOf(175)
    for (let exchange = 0; exchange < 5; exchange++) {
      write(500_000)
      pass(20_000)
    }
    expect(ahead.bytes() / (175 * WRITE_AHEAD_MS)).toBeCloseTo(1, 0)
  })

  test('grows again when a link has become faster', () => {
    const slow = linkOf(175)
    slow.write(1_000_000)
    const before = slow.ahead.bytes()
    for (let piece = 0; piece < 2_000; piece++) {
      slow.ahead.wrote(slow.ahead.piece(), false)
      slow.pass(0.05)
    }
    expect(slow.ahead.bytes()).toBeGreaterThan(4 * before)
  })
})
