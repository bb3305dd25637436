import { describe, expect, it } from 'vitest'
import { exchangeDifference } from '../../src/averaging/exchange.ts'
import { addDifference } from '../../src/gossip/state/difference.ts'
import { FRAME_FLOATS, FRAME_ROOMS, STAGED_BYTES } from '../../src/parameters/constants.ts'
import { arrive, checksum, leaseBuffer, releaseBuffer } from '../../src/parameters/frame-memory.ts'
import { addScaled } from '../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../src/random/random.ts'

const FULL_BYTES = 4 * FRAME_FLOATS
const samePlace = (a: ArrayBufferView, b: ArrayBufferView) => a.buffer === b.buffer && a.byteOffset === b.byteOffset

describe('room for frames', () => {
  it('is used again when it came back, and not before', () => {
    const [first, second] = [leaseBuffer(FULL_BYTES), leaseBuffer(FULL_BYTES)]
    expect(samePlace(first, second)).toBe(false)
    releaseBuffer(new Float32Array(first.buffer, first.byteOffset, 1))
    expect(samePlace(leaseBuffer(FULL_BYTES), first)).toBe(true)
  })

  it('never runs out: what is lent keeps what it holds, also after more came back than one memory has', () => {
    for (let time = 0; time < 2; time++) {
      const rooms = Array.from({ length: 3 * FRAME_ROOMS }, () => leaseBuffer(FULL_BYTES))
      for (const [i, room] of rooms.entries()) room[0] = room[FULL_BYTES - 1] = i
      expect(rooms.every((room, i) => room[0] === i && room[FULL_BYTES - 1] === i)).toBe(true)
      for (const room of rooms) releaseBuffer(room)
    }
  })

  it('is there for any number of bytes, where an array of floats may start', () => {
    for (const bytes of [0, 1, 300, 16_383, 16_384, 100_001, FULL_BYTES + 12, 2 * FULL_BYTES]) {
      const room = leaseBuffer(bytes)
      expect([room.byteLength, room.byteOffset % 4]).toEqual([bytes, 0])
    }
  })
})

/** Zeros of both signs, subnormal numbers, numbers that are nearly too large, and any bits at all. */
const AWKWARD = [
  0,
  -0,
  2 ** -149,
  -(2 ** -149),
  1.1e-38,
  2 ** 127,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1 / 3,
]
function awkward(random: Random, length: number): Float32Array {
  const values = Float32Array.from({ length }, () =>
    random.integer(2) === 0
      ? AWKWARD[random.integer(AWKWARD.length)]
      : random.normal() * 2 ** (random.integer(250) - 125),
  )
  return values.map(x => (Number.isFinite(x) ? x : 1))
}

const bitsOf = (x: Float32Array) => new Uint32Array(x.slice().buffer)
const sameBits = (a: Float32Array, b: Float32Array) =>
  Buffer.from(bitsOf(a).buffer).equals(Buffer.from(bitsOf(b).buffer))
/** So many floats in a room, at an address that the processor does not prefer. */
const roomOf = (length: number) =>
  new Float32Array(leaseBuffer(FULL_BYTES).buffer, leaseBuffer(FULL_BYTES).byteOffset + 4, length)
const inRoom = (values: Float32Array) => {
  const room = roomOf(values.length)
  room.set(values)
  return room
}

const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 31, 1_009, FRAME_FLOATS - 1]
const PLACES = ['neither', 'own', 'theirs', 'both']

describe('a difference that is worked out in a room', () => {
  it.each(PLACES)('has the same bits as elsewhere, with %s of both in rooms too', place => {
    const random = createRandom(place)
    for (const length of LENGTHS) {
      const [own, theirs] = [awkward(random, length), awkward(random, length)]
      const said = [place === 'own' || place === 'both', place === 'theirs' || place === 'both']
      const [ownThere, theirsThere] = [own, theirs].map((x, i) => (said[i] ? inRoom(x) : x))
      for (const weight of [1 / 2, 1 / 3, 0.1]) {
        const [expected, out] = [new Float32Array(length), roomOf(length)]
        const norm = exchangeDifference(own, theirs, weight, expected)
        expect(exchangeDifference(ownThere, theirsThere, weight, out) / norm || 1).toBeCloseTo(1, 12)
        expect(sameBits(out, expected)).toBe(true)
        expect(sameBits(ownThere, own) && sameBits(theirsThere, theirs)).toBe(true)
      }
    }
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('notices %s anywhere', bad => {
    for (const length of [1, 3, 4, 13]) {
      for (let i = 0; i < length; i++) {
        const theirs = new Float32Array(length).with(i, bad)
        expect(Number.isFinite(exchangeDifference(new Float32Array(length), theirs, 1 / 2, roomOf(length)))).toBe(false)
      }
    }
  })
})

describe('a difference that lies in a room', () => {
  it.each(['elsewhere', 'in a room'])('is added to what lies %s as any other is', place => {
    const random = createRandom(place)
    for (const length of LENGTHS) {
      const [target, values] = [awkward(random, length + 2), awkward(random, length)]
      const expected = target.slice()
      addScaled(expected.subarray(1, 1 + length), 1, values)
      const parameters = place === 'elsewhere' ? target : inRoom(target)
      addDifference(parameters, { first: 1, values: inRoom(values) })
      expect(sameBits(place === 'elsewhere' ? target : parameters, expected)).toBe(true)
    }
  })
})

/** The checksum that `assembly/frames.ts` defines, word by word. */
function referenceChecksum(bytes: Uint8Array): number {
  const padded = new Uint8Array(16 * Math.ceil(bytes.length / 16))
  padded.set(bytes)
  const words = new DataView(padded.buffer)
  const [a, b] = [new Uint32Array(4), new Uint32Array(4)]
  for (let i = 0; i < padded.length / 4; i++) {
    const word = words.getUint32(4 * i, true)
    a[i % 4] += word ^ (word >>> 16)
    b[i % 4] += a[i % 4]
  }
  let h = bytes.length
  for (let lane = 0; lane < 4; lane++) {
    for (const value of [a[lane], b[lane]]) {
      h ^= value
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
      h ^= h >>> 16
    }
  }
  return h >>> 0
}

describe('the checksum', () => {
  const bytesOf = (length: number) => {
    const random = createRandom(length)
    return Uint8Array.from({ length }, () => random.integer(256))
  }

  it('is what its definition says, of bytes of any number and wherever they lie', () => {
    for (const length of [...Array(70).keys(), 1_009, FULL_BYTES, STAGED_BYTES]) {
      const bytes = bytesOf(length + 1).subarray(1)
      const expected = referenceChecksum(bytes)
      expect(checksum(bytes)).toBe(expected)
      expect(checksum(arrive(bytes))).toBe(expected)
    }
  })

  it('is the same on every machine', () => {
    const hearsay = new TextEncoder().encode('what peers say of their parameters')
    expect([checksum(new Uint8Array()), checksum(hearsay)].map(sum => sum.toString(16))).toEqual(['0', 'f0e25ed8'])
  })

  it('changes with every single bit', () => {
    const bytes = bytesOf(300)
    const sums = new Set([checksum(bytes)])
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      sums.add(checksum(bytes.with(bit >> 3, bytes[bit >> 3] ^ (1 << (bit & 7)))))
    }
    expect(sums.size).toBe(1 + 8 * bytes.length)
  })

  it('changes when zeros follow', () => {
    expect(new Set([0, 1, 4, 15, 16, 64].map(length => checksum(new Uint8Array(length)))).size).toBe(6)
  })

  it('changes when two floats change places, however little they differ in and far they are apart', () => {
    const ones = new Float32Array(FRAME_FLOATS).fill(1)
    const sums = new Set<number>()
    const places = [0, 1, 2, 3, 4, 8, 1_024, 4_096, 8_192, 16_384, 32_768, 32_769]
    for (const place of places) sums.add(checksum(new Uint8Array(ones.with(place, 2).buffer)))
    expect(sums.size).toBe(places.length)
  })
})
