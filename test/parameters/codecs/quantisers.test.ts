/** Rounding of numbers by fp16, int8 and qsgd. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBitWriter } from '../../../src/parameters/codecs/bits.ts'
import { type Codec, CodecError } from '../../../src/parameters/codecs/codec.ts'
import { fp16 } from '../../../src/parameters/codecs/fp16.ts'
import { gapParameter, widthOf } from '../../../src/parameters/codecs/indices.ts'
import { int8 } from '../../../src/parameters/codecs/int8.ts'
import { qsgdInBuckets } from '../../../src/parameters/codecs/qsgd.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { riceParameter, writeRice } from '../../../src/parameters/codecs/rice.ts'
import { norm, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { normalVector } from './vectors-to-encode.ts'

function roundTrip(codec: Codec, vector: Vector, random: Random = createRandom(1)): Float64Array {
  const bytes = new Uint8Array(codec.maximumBytes(vector.length))
  const written = codec.encode(vector, random, bytes)
  const out = new Float64Array(vector.length)
  codec.decode(bytes.subarray(0, written), out)
  return out
}

describe('fp16', () => {
  /** All finite halves, ascending, from their definition. */
  const halves = Float64Array.from({ length: 0x7c00 }, (_, bits) => {
    const [exponent, rest] = [bits >> 10, bits & 0x3ff]
    return exponent === 0 ? rest * 2 ** -24 : (1 + rest / 1024) * 2 ** (exponent - 15)
  })

  it('keeps every half as it is, subnormal ones too', () => {
    expect(roundTrip(fp16, halves)).toEqual(halves)
    expect(
      roundTrip(
        fp16,
        halves.map(x => -x),
      ),
    ).toEqual(halves.map(x => -x))
  })

  it('rounds what lies between two halves to the nearer, and ties to the even one', () => {
    for (let bits = 0; bits + 1 < halves.length; bits += 7) {
      const [low, high] = [halves[bits], halves[bits + 1]]
      const middle = (low + high) / 2
      const nudge = (high - low) * 2 ** -30
      const even = bits % 2 === 0 ? low : high
      expect([...roundTrip(fp16, Float64Array.of(middle - nudge, middle, middle + nudge))]).toEqual([low, even, high])
    }
  })

  it('is not rounded twice, by way of float32', () => {
    // Just above a tie in float64, on it in float32, where it would fall to the even neighbour below.
    expect(roundTrip(fp16, Float64Array.of(1 + 2 ** -11 + 2 ** -40))[0]).toBe(1 + 2 ** -10)
  })

  it('cuts what is larger than the largest half', () => {
    expect([...roundTrip(fp16, Float64Array.of(65504, 65519, 65520, 1e30, -1e30, 1e-9, -1e-9))]).toEqual([
      65504, 65504, 65504, 65504, -65504, 0, -0,
    ])
  })

  it('refuses infinite halves', () => {
    expect(() => fp16.decode(Uint8Array.of(0x00, 0x7c), new Float32Array(1))).toThrow(CodecError)
    expect(() => fp16.decode(Uint8Array.of(0x01, 0xfc), new Float32Array(1))).toThrow(CodecError)
  })
})

describe('int8', () => {
  it('is off by at most a 254th of the largest number of the block, which arrives exactly', () => {
    const vector = normalVector(1_009)
    vector[300] = 50
    const out = roundTrip(int8, vector)
    for (let start = 0; start < vector.length; start += 256) {
      const block = vector.subarray(start, start + 256)
      const largest = Math.max(...block.map(Math.abs))
      block.forEach((value, i) => {
        expect(Math.abs(out[start + i] - value)).toBeLessThanOrEqual((largest / 254) * (1 + 1e-6))
      })
    }
    expect(out[300]).toBe(50)
  })

  it('gives the same when it is applied again', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e30, max: 1e30 }), { maxLength: 300 }), values => {
        const once = roundTrip(int8, Float64Array.from(values))
        expect(roundTrip(int8, once)).toEqual(once)
      }),
      { numRuns: 100 },
    )
  })

  it('refuses a scale that no number of the block needs, and −128', () => {
    const bytes = (scale: number, ...steps: number[]) => {
      const buffer = new Uint8Array(4 + steps.length)
      new DataView(buffer.buffer).setFloat32(0, scale, true)
      buffer.set(
        steps.map(step => step & 0xff),
        4,
      )
      return buffer
    }
    const decode = (encoding: Uint8Array) => int8.decode(encoding, new Float32Array(encoding.length - 4))
    expect(() => decode(bytes(1, 127, -5))).not.toThrow()
    for (const wrong of [bytes(1, 126, -5), bytes(1, 127, -128), bytes(0, 1), bytes(-1, 127), bytes(-0, 0)]) {
      expect(() => decode(wrong)).toThrow(CodecError)
    }
  })
})

describe('qsgd', () => {
  const trials = 4_000

  it('is right on average', () => {
    const vector = Float32Array.of(0.3, -1.2, 0, 0.01, 2)
    const codec = parseCodec('qsgd:4')
    const random = createRandom(3)
    const mean = new Float64Array(vector.length)
    for (let trial = 0; trial < trials; trial++) {
      roundTrip(codec, vector, random).forEach((value, i) => {
        mean[i] += value / trials
      })
    }
    // A level is ‖x‖ / 4 = 0.59, so the mean of so many draws is off by at most half of that over √4000, a few times.
    mean.forEach((value, i) => {
      expect(Math.abs(value - vector[i])).toBeLessThan((4 * 0.59) / 2 / Math.sqrt(trials))
    })
  })

  it('gives one of the two levels beside each number', () => {
    const vector = normalVector(1_009)
    const total = Math.fround(norm(vector))
    roundTrip(parseCodec('qsgd:256'), vector).forEach((value, i) => {
      const [exact, level] = [(Math.abs(vector[i]) * 256) / total, (Math.abs(value) * 256) / total]
      expect(Math.abs(level - Math.round(level))).toBeLessThan(1e-9)
      expect(Math.abs(level - exact)).toBeLessThan(1)
      expect(value * vector[i]).toBeGreaterThanOrEqual(0)
    })
  })

  it('takes few bits where few levels are not zero', () => {
    const vector = normalVector(100_000)
    const bits = (name: string) => {
      const codec = parseCodec(name)
      return (
        (8 * codec.encode(vector, createRandom(1), new Uint8Array(codec.maximumBytes(vector.length)))) / vector.length
      )
    }
    expect(bits('qsgd:1')).toBeLessThan(0.035)
    expect(bits('qsgd:16')).toBeLessThan(0.35)
    expect(bits('qsgd:256')).toBeLessThan(2.3)
  })

  it('has so little noise in buckets that half of what is encoded is left at most, whatever the length', () => {
    for (const levels of [6, 16, 256]) {
      const codec = qsgdInBuckets('qsgd', levels)
      for (const length of [1, 15, 128, 2_000]) {
        const vector = normalVector(length)
        const out = roundTrip(codec, vector)
        const error = norm(out.map((value, i) => value - vector[i])) ** 2
        expect(error).toBeLessThanOrEqual(norm(vector) ** 2 / 2)
        expect(codec.contraction(length)).toBeGreaterThanOrEqual(2 / 3)
      }
    }
  })

  it('in buckets refuses one bucket too few or too many', () => {
    const codec = qsgdInBuckets('qsgd', 16)
    const vector = normalVector(300)
    const bytes = new Uint8Array(codec.maximumBytes(300))
    const written = codec.encode(vector, createRandom(1), bytes)
    for (const length of [128, 256, 384]) {
      expect(() => codec.decode(bytes.subarray(0, written), new Float32Array(length))).toThrow(CodecError)
    }
  })

  it('refuses levels that are too large for their norm', () => {
    const [length, levels, total] = [3, 4, 1]
    /** The bytes that the encoder would write. */
    function bytesOf(sizes: readonly number[]): Uint8Array {
      const bytes = new Uint8Array(100)
      new DataView(bytes.buffer).setFloat32(0, total, true)
      const writer = createBitWriter(bytes, 4)
      const sizeK = riceParameter(
        sizes.reduce((sum, size) => sum + size - 1, 0),
        length,
      )
      writer.write(length, widthOf(length))
      writer.write(sizeK, widthOf(widthOf(levels)))
      for (const size of sizes) {
        writeRice(writer, 0, gapParameter(length, length))
        writer.write(0, 1)
        writeRice(writer, size - 1, sizeK)
      }
      return bytes.slice(0, writer.finish())
    }
    const decode = (sizes: readonly number[]) => parseCodec('qsgd:4').decode(bytesOf(sizes), new Float32Array(length))
    expect(() => decode([3, 3, 2])).not.toThrow()
    expect(() => decode([4, 4, 4])).toThrow(new CodecError('the levels are too large for their norm'))
  })
})

describe('qsgd of numbers that float32 holds only coarsely', () => {
  it.each([1, 256, 65_535])('with %i levels gives what its own decoder takes', levels => {
    const codec = parseCodec(`qsgd:${levels}`)
    for (const values of [
      [-1.4e-45, -1.4e-45],
      [-1.26e-44, 1.4e-44],
      [1e-38, 1.2e-38],
    ]) {
      const vector = Float32Array.from(values)
      for (let seed = 0; seed < 20; seed++) {
        const out = new Uint8Array(codec.maximumBytes(vector.length))
        const bytes = codec.encode(vector, createRandom(seed), out)
        expect(() => codec.decode(out.subarray(0, bytes), new Float32Array(vector.length))).not.toThrow()
      }
    }
  })
})
