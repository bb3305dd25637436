/** Elements that topk and randk keep, and how small their indices become. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecError } from '../../../src/parameters/codecs/codec.ts'
import { drawIndices } from '../../../src/parameters/codecs/draw-indices.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import type { Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { normalVector, SIZES } from './vectors-to-encode.ts'

function encode(name: string, vector: Vector, seed: number | string = 1): Uint8Array {
  const codec = parseCodec(name)
  const bytes = new Uint8Array(codec.maximumBytes(vector.length))
  return bytes.slice(0, codec.encode(vector, createRandom(seed), bytes))
}

function roundTrip(name: string, vector: Vector, seed?: number | string): number[] {
  const out = new Float32Array(vector.length).fill(Number.NaN)
  parseCodec(name).decode(encode(name, vector, seed), out)
  return [...out]
}

describe('topk', () => {
  /** By sorting: slow, and plainly right. */
  function largestOf(vector: Vector, count: number): number[] {
    const order = Array.from(vector.keys()).sort((a, b) => Math.abs(vector[b]) - Math.abs(vector[a]) || a - b)
    const kept = new Set(order.slice(0, count))
    return Array.from(vector, (value, i) => (kept.has(i) ? value : 0))
  }

  it.each(SIZES)('keeps the largest of %i', length => {
    const vector = normalVector(length)
    expect(roundTrip('topk:0.01', vector)).toEqual(largestOf(vector, Math.max(1, Math.round(length / 100))))
    expect(roundTrip('topk:1', vector)).toEqual([...vector])
  })

  it('keeps the first of equal ones, whatever there is', () => {
    const few = fc.constantFrom(0, 1, -1, 2, -2, 1e-40, 3e38)
    fc.assert(
      fc.property(fc.array(few, { minLength: 1, maxLength: 100 }), values => {
        const vector = Float32Array.from(values)
        const expected = largestOf(vector, Math.max(1, Math.round(0.3 * vector.length)))
        expect(roundTrip('topk:0.3', vector)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('sends no zeros, where there is little else', () => {
    const vector = new Float32Array(10_000)
    vector[77] = -3
    expect(encode('topk:0.1', vector).length).toBeLessThan(10)
    expect(roundTrip('topk:0.1', vector)).toEqual([...vector])
  })

  it('takes within 4 % of the entropy for random indices', () => {
    const length = 100_000
    for (const fraction of [0.01, 0.1]) {
      const bits = 8 * encode(`topk:${fraction}`, normalVector(length)).length
      const values = 32 * fraction * length
      const entropy = -length * (fraction * Math.log2(fraction) + (1 - fraction) * Math.log2(1 - fraction))
      expect((bits - values) / entropy).toBeLessThan(1.04)
    }
  })

  it('refuses a value of zero, and an index beyond the end', () => {
    const codec = parseCodec('topk:0.1')
    const bytes = encode('topk:0.1', normalVector(10))
    expect(() => codec.decode(bytes, new Float32Array(10))).not.toThrow()
    expect(() => codec.decode(Uint8Array.of(...bytes.slice(0, -4), 0, 0, 0, 0), new Float32Array(10))).toThrow(
      CodecError,
    )
    const beyond = Uint8Array.from(bytes)
    beyond[0] = 0xff
    expect(() => codec.decode(beyond, new Float32Array(10))).toThrow(CodecError)
  })
})

describe('randk', () => {
  it.each(SIZES)('keeps as many of %i as it says, as they are', length => {
    const vector = normalVector(length)
    const kept = roundTrip('randk:0.1', vector)
    expect(kept.filter(value => value !== 0)).toHaveLength(Math.min(length, Math.max(1, Math.round(length / 10))))
    kept.forEach((value, i) => {
      expect(value === 0 || value === vector[i]).toBe(true)
    })
  })

  it('takes four bytes for all indices', () => {
    expect(encode('randk:0.1', normalVector(1_000))).toHaveLength(4 + 4 * 100)
  })

  it('chooses anew each time', () => {
    const vector = normalVector(1_000)
    expect(roundTrip('randk:0.1', vector, 1)).not.toEqual(roundTrip('randk:0.1', vector, 2))
  })

  it('gives every index the same chance', () => {
    const [length, count, trials] = [10, 3, 10_000]
    const drawn = new Float64Array(length)
    const indices = new Int32Array(count)
    for (let seed = 0; seed < trials; seed++) {
      drawIndices(seed, length, count, indices)
      expect(new Set(indices).size).toBe(count)
      for (const i of indices) drawn[i]++
    }
    // Each 3000 times, with a standard deviation of 46.
    for (const times of drawn) expect(Math.abs(times - 3_000)).toBeLessThan(5 * 46)
  })
})
