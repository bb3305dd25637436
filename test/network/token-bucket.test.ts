import { describe, expect, test } from 'vitest'
import { BURST_SECONDS, PIECE_BYTES } from '../../src/network/constants.ts'
import { createTokenBucket, type TokenBucket } from '../../src/network/token-bucket.ts'

const RATE = 1_000_000
const CAPACITY = RATE * BURST_SECONDS

/** A bucket whose time and sockets are the test's. */
function bucketInTime(bytesPerSecond = RATE): { bucket: TokenBucket; socket: { time: number; bytes: number } } {
  const socket = { time: 5_000, bytes: 700 }
  return {
    socket,
    bucket: createTokenBucket({ bytesPerSecond, carried: () => socket.bytes, now: () => socket.time }),
  }
}

describe('a token bucket', () => {
  test('makes the first piece wait for its tokens, and lets it go when they are there', () => {
    const { bucket, socket } = bucketInTime()
    expect(bucket.wait(10_000)).toBe(10)
    socket.time += 9
    expect(bucket.wait(10_000)).toBe(1)
    socket.time += 1
    expect(bucket.wait(10_000)).toBe(0)
  })

  test('counts what was taken once, although the sockets carry it later', () => {
    const { bucket, socket } = bucketInTime()
    socket.time += 10
    bucket.take(10_000)
    expect(bucket.wait(1_000)).toBe(1)
    socket.bytes += 4_000
    expect(bucket.wait(1_000)).toBe(1)
    socket.bytes += 6_000
    expect(bucket.wait(1_000)).toBe(1)
  })

  test('is charged with what the sockets carry besides: encryption, announcements, handshakes', () => {
    const { bucket, socket } = bucketInTime()
    socket.time += 10
    bucket.take(10_000)
    socket.bytes += 12_000
    expect(bucket.wait(1_000)).toBe(3)
  })

  test('keeps no more of a quiet time than a burst', () => {
    const { bucket, socket } = bucketInTime()
    socket.time += 60_000
    bucket.take(CAPACITY)
    expect(bucket.wait(1_000)).toBe(1)
  })

  test('has room for a piece, however slow it is', () => {
    const { bucket, socket } = bucketInTime(1_000)
    socket.time += 60_000
    expect(bucket.wait(PIECE_BYTES)).toBe(0)
  })

  test.each([50_000, 2_500_000, 125_000_000])('at %i bytes a second carries as much, with overhead', rate => {
    const { bucket, socket } = bucketInTime(rate)
    const [began, before] = [socket.time, socket.bytes]
    const waiting: number[] = []
    for (let piece = 0; piece < 3_000; piece++) {
      for (let wait = bucket.wait(PIECE_BYTES); wait > 0; wait = bucket.wait(PIECE_BYTES))
        socket.time += Math.ceil(wait)
      bucket.take(PIECE_BYTES)
      // The sockets are three pieces behind, and add 2 %; every hundredth time somebody announces something.
      waiting.push(PIECE_BYTES * 1.02 + (piece % 100 === 0 ? 400 : 0))
      if (waiting.length > 3) socket.bytes += waiting.shift() ?? 0
    }
    const expected = ((socket.time - began) / 1_000) * rate
    expect((socket.bytes - before) / expected).toBeCloseTo(1, 2)
  })
})
