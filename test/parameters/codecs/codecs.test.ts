/** Promises of every codec, whatever it does to a vector. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CODECS } from '../../../src/catalogue.ts'
import { UsageError } from '../../../src/errors.ts'
import { type Codec, CodecError, UnencodableError } from '../../../src/parameters/codecs/codec.ts'
import { compress } from '../../../src/parameters/codecs/compress.ts'
import { none } from '../../../src/parameters/codecs/none.ts'
import { codecNames, parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { distance, norm, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { everyForm } from '../../every-form.ts'
import { normalVector, SIZES } from './vectors-to-encode.ts'

const NAMES = everyForm(CODECS, { qsgd: [1, 16, 256, 65535], topk: [0.01, 0.1, 1], randk: [0.01, 0.5, 1] })

function encoded(codec: Codec, vector: Vector, seed: number | string = 1): Uint8Array {
  const out = new Uint8Array(codec.maximumBytes(vector.length))
  return out.slice(0, codec.encode(vector, createRandom(seed), out))
}

function decoded(codec: Codec, bytes: Uint8Array, length: number): Float64Array {
  const out = new Float64Array(length).fill(Number.NaN)
  codec.decode(bytes, out)
  return out
}

describe.each(NAMES)('the codec %s', name => {
  const codec = parseCodec(name)

  it('has the name it was parsed from', () => {
    expect(codec.name).toBe(name)
  })

  it.each(SIZES)('gives %i finite numbers for as many, in no more bytes than it says', length => {
    const bytes = encoded(codec, normalVector(length))
    expect(bytes.length).toBeLessThanOrEqual(codec.maximumBytes(length))
    const out = decoded(codec, bytes, length)
    expect(out.every(Number.isFinite)).toBe(true)
  })

  it('writes neither before nor beyond the bytes that it returns', () => {
    const vector = normalVector(1_009)
    const most = codec.maximumBytes(vector.length)
    const memory = new Uint8Array(most + 20).fill(0xa5)
    const bytes = codec.encode(vector, createRandom(1), memory.subarray(10, 10 + most))
    expect([...memory.subarray(0, 10), ...memory.subarray(10 + bytes)]).toEqual(new Array(most + 20 - bytes).fill(0xa5))
    expect(memory.slice(10, 10 + bytes)).toEqual(encoded(codec, vector))
  })

  it('gives the same bytes for the same randomness, and for float32 and float64 alike', () => {
    const vector = normalVector(1_009)
    expect(encoded(codec, vector)).toEqual(encoded(codec, vector))
    expect(encoded(codec, new Float64Array(vector))).toEqual(encoded(codec, vector))
  })

  it('keeps zeros', () => {
    expect([...decoded(codec, encoded(codec, new Float32Array(300)), 300)]).toEqual(new Array(300).fill(0))
  })

  it('contracts as it promises: E‖a Q(x) − x‖² ≤ (1 − ω) ‖x‖²', () => {
    for (const vector of [
      normalVector(1_009),
      normalVector(256),
      Float32Array.from({ length: 700 }, (_, i) => 0.99 ** i),
    ]) {
      const omega = codec.contraction(vector.length)
      if (omega === undefined) continue
      const out = new Float64Array(vector.length)
      const trials = 60
      let error = 0
      for (let seed = 0; seed < trials; seed++) {
        compress(codec, vector, createRandom(seed), out)
        error += distance(out, vector) ** 2 / trials
      }
      // A random choice of few numbers varies by a few per cent over so many trials.
      expect(error).toBeLessThanOrEqual((1 - omega) * norm(vector) ** 2 * 1.05 + 1e-12)
    }
  })

  const numbers = fc.array(fc.float({ noNaN: true, min: Math.fround(-1e30), max: Math.fround(1e30) }), {
    maxLength: 600,
  })

  it('survives numbers of every size', () => {
    fc.assert(
      fc.property(numbers, fc.integer(), (values, seed) => {
        const vector = Float32Array.from(values)
        const bytes = encoded(codec, vector, seed)
        expect(bytes.length).toBeLessThanOrEqual(codec.maximumBytes(vector.length))
        expect(decoded(codec, bytes, vector.length).every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('refuses bytes that are too few or too many', () => {
    for (const length of [1, 257, 1_009]) {
      const bytes = encoded(codec, normalVector(length))
      const cuts = [0, 1, bytes.length >> 1, bytes.length - 1]
      for (const cut of cuts) expect(() => decoded(codec, bytes.slice(0, cut), length)).toThrow(CodecError)
      expect(() => decoded(codec, Uint8Array.of(...bytes, 0), length)).toThrow(CodecError)
      expect(() => decoded(codec, Uint8Array.of(...bytes, 1), length)).toThrow(CodecError)
    }
  })

  it('refuses flipped bits, or makes finite numbers of them, in range', () => {
    const length = 300
    const bytes = encoded(codec, normalVector(length))
    fc.assert(
      fc.property(fc.array(fc.nat(8 * bytes.length - 1), { minLength: 1, maxLength: 20 }), flips => {
        const flipped = bytes.slice()
        for (const bit of flips) flipped[bit >> 3] ^= 1 << (bit & 7)
        expectRefusedOrCanonical(flipped, length)
      }),
      { numRuns: 200 },
    )
  })

  it('refuses noise, or makes finite numbers of it, in range', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(40), (bytes, length) => {
        expectRefusedOrCanonical(bytes, length)
      }),
      { numRuns: 300 },
    )
  })

  /** Whether chance has no part in what is encoded: then only one string of bytes stands for a vector. */
  const deterministic = ['none', 'fp16', 'int8'].includes(name) || name.startsWith('topk')

  function expectRefusedOrCanonical(bytes: Uint8Array, length: number): void {
    const memory = new Float64Array(length + 20).fill(7)
    const out = memory.subarray(10, 10 + length)
    try {
      codec.decode(bytes, out)
    } catch (error) {
      expect(error).toBeInstanceOf(CodecError)
      return
    } finally {
      expect([...memory.subarray(0, 10), ...memory.subarray(10 + length)]).toEqual(new Array(20).fill(7))
    }
    expect(out.every(Number.isFinite)).toBe(true)
    if (deterministic) expect(encoded(codec, out)).toEqual(bytes)
  }
})

describe.each(NAMES)('the codec %s', name => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('does not hide %d, wherever it is', bad => {
    const codec = parseCodec(name)
    for (const place of [0, 1, 137, 299]) {
      const vector = normalVector(300)
      vector[place] = bad
      expect(() => encoded(codec, vector)).toThrow(UnencodableError)
    }
  })

  it('refuses numbers beyond float32, unless it cuts them off', () => {
    const codec = parseCodec(name)
    const vector = Float64Array.of(1, 1e39, 2)
    if (name === 'fp16') expect(decoded(codec, encoded(codec, vector), 3)[1]).toBe(65_504)
    else expect(() => encoded(codec, vector)).toThrow(UnencodableError)
  })
})

describe('parsing', () => {
  it.each([
    ['zip', `unknown compression "zip"; accepted are ${codecNames.join(', ')}`],
    ['topk:0', 'compression "topk:0": expected topk:FRACTION, a fraction above 0 and up to 1, as 0.01'],
    ['qsgd:0', 'compression "qsgd:0": expected qsgd:LEVELS, a whole number of levels from 1 to 65535'],
  ])('says of %s what is accepted', (name, message) => {
    expect(() => parseCodec(name)).toThrow(new UsageError(message))
  })

  it.each([
    'topk',
    'topk:',
    'topk:1.5',
    'topk:-1',
    'topk:1e-2',
    'randk:x',
    'qsgd:65536',
    'qsgd:1.5',
    'fp16:1',
    'toString',
  ])('refuses %s', name => {
    expect(() => parseCodec(name)).toThrow(UsageError)
  })
})

describe('compressing for a rule', () => {
  it('gives what the receiver decodes, and the bytes of the encoding', () => {
    const vector = normalVector(1_009)
    const codec = parseCodec('topk:0.1')
    const out = new Float32Array(vector.length)
    const bytes = compress(codec, vector, createRandom(1), out)
    expect(bytes).toBe(encoded(codec, vector).length)
    expect(new Float64Array(out)).toEqual(decoded(codec, encoded(codec, vector), vector.length))
  })

  it('makes a contraction of an unbiased codec', () => {
    const codec = parseCodec('qsgd:4')
    const vector = normalVector(1_009)
    const out = new Float64Array(vector.length)
    compress(codec, vector, createRandom(1), out)
    const plain = decoded(codec, encoded(codec, vector), vector.length)
    expect([...out]).toEqual([...plain.map(value => value * codec.damping(vector.length))])
    expect(codec.damping(vector.length)).toBeCloseTo(1 / (1 + Math.sqrt(1_009) / 4), 12)
  })

  it('leaves float64 as it is without compression', () => {
    const out = new Float64Array(1)
    expect(compress(none, Float64Array.of(0.1), createRandom(1), out)).toBe(4)
    expect(out[0]).toBe(0.1)
  })
})
