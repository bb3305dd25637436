import type { Random } from '../../random/random.ts'
import { norm, type Vector } from '../vectors.ts'
import { createBitReader, createBitWriter } from './bits.ts'
import { type Codec, CodecError, requireBytes, unencodable, viewOf } from './codec.ts'
import { gapParameter, maximumIndexBits, widthOf } from './indices.ts'
import { RICE_OVERHEAD, riceParameter, writeRice } from './rice.ts'
import { scratchIntegers } from './scratch.ts'

/** ‖x‖ as float32. */
const NORM_BYTES = 4

/** Smaller ones are subnormal as float32, and so coarse that levels would not fit them: what has such a norm travels as zeros. */
const SMALLEST_NORM = 2 ** -126

/** The most that rounding the norm to float32 can add to the squares of the levels. */
const NORM_ROUNDING = 1e-6

/**
 * QSGD: Q(x)_i = ‖x‖ sign(x_i) l_i / s, l_i one of the two whole numbers beside s |x_i| / ‖x‖, drawn so that Q(x) is x in
 * expectation (Alistarh et al. 2017, "QSGD: Communication-Efficient SGD via Gradient Quantization and Encoding").
 *
 * Levels that are not zero travel as the gap to the last one, the sign, and the size, gaps and sizes in Rice's code: about as
 * the paper's sparse code, in fewer bits than Elias's.
 *
 * @param levels s, from 1 to 65535
 * @param bucket so many numbers at a time have a norm of their own, as in section 3.3 of the paper: the fewer they are, the
 *   less noise there is. All have one where it is left out
 */
export function qsgd(name: string, levels: number, bucket = Number.POSITIVE_INFINITY): Codec {
  const sizeWidth = widthOf(widthOf(levels))

  /** β in E‖Q(x) − x‖² ≤ β ‖x‖²: lemma 3.1 of the paper. */
  function noise(length: number): number {
    const together = Math.min(length, bucket)
    return Math.min(together / levels ** 2, Math.sqrt(together) / levels)
  }

  /** Draws the levels, with their signs. @returns how many are not zero, and the sum of the sizes of those beyond 1 */
  function drawLevels(
    vector: Vector,
    total: number,
    random: Random,
    drawn: Int32Array,
  ): [count: number, beyond: number] {
    let count = 0
    let beyond = 0
    for (let i = 0; i < vector.length; i++) {
      const exact = Math.min((Math.abs(vector[i]) * levels) / total, levels)
      const low = Math.floor(exact)
      // 1 with the probability of what is above, and without a branch that no processor can guess.
      const level = low + Math.ceil(exact - low - random.uniform())
      drawn[i] = vector[i] < 0 ? -level : level
      if (level !== 0) {
        count++
        beyond += level - 1
      }
    }
    return [count, beyond]
  }

  function maximumBucketBytes(length: number): number {
    const perLevel = 1 + RICE_OVERHEAD + widthOf(levels)
    return NORM_BYTES + Math.ceil((sizeWidth + maximumIndexBits(length, length) + perLevel * length) / 8)
  }

  /** @returns where the next bucket goes */
  function writeBucket(vector: Vector, random: Random, out: Uint8Array, at: number): number {
    const exact = Math.fround(norm(vector))
    if (!Number.isFinite(exact)) throw unencodable(vector)
    const total = exact < SMALLEST_NORM ? 0 : exact
    viewOf(out).setFloat32(at, total, true)
    if (total === 0) return at + NORM_BYTES
    const drawn = scratchIntegers(vector.length)
    const [count, beyond] = drawLevels(vector, total, random, drawn)
    const gapK = gapParameter(vector.length, count)
    const sizeK = riceParameter(beyond, count)
    const writer = createBitWriter(out, at + NORM_BYTES)
    writer.write(count, widthOf(vector.length))
    writer.write(sizeK, sizeWidth)
    let next = 0
    for (let i = 0; i < vector.length; i++) {
      const level = drawn[i]
      if (level === 0) continue
      writeRice(writer, i - next, gapK)
      writer.write(level < 0 ? 1 : 0, 1)
      writeRice(writer, Math.abs(level) - 1, sizeK)
      next = i + 1
    }
    return writer.finish()
  }

  /** @returns where the next bucket is */
  function readBucket(bytes: Uint8Array, at: number, out: Vector): number {
    if (bytes.length < at + NORM_BYTES) throw new CodecError(`an encoding has ${bytes.length} bytes; expected more`)
    const total = viewOf(bytes).getFloat32(at, true)
    if (!Number.isFinite(total) || Object.is(total, -0) || (total < SMALLEST_NORM && total !== 0)) {
      throw new CodecError(`a norm is ${total}; expected a finite number from ${SMALLEST_NORM}, or 0`)
    }
    out.fill(0)
    if (total === 0) return at + NORM_BYTES
    const reader = createBitReader(bytes, at + NORM_BYTES)
    const count = reader.read(widthOf(out.length))
    if (count > out.length) throw new CodecError(`there are ${count} levels; expected at most ${out.length}`)
    const gapK = gapParameter(out.length, count)
    const sizeK = reader.read(sizeWidth)
    let next = 0
    let beyond = 0
    let squares = 0
    for (let left = count; left > 0; left--) {
      const index = next + reader.rice(gapK, out.length - left - next)
      const negative = reader.read(1) === 1
      const size = reader.rice(sizeK, levels - 1)
      const value = ((size + 1) * total) / levels
      out[index] = negative ? -value : value
      next = index + 1
      beyond += size
      squares += size * size
    }
    const end = reader.finish()
    if (sizeK !== riceParameter(beyond, count))
      throw new CodecError(`levels are coded with ${sizeK} low bits, not the best`)
    // A level is at most one more than s |x_i| / ‖x‖, and the squares of those add up to s².
    if (squares > levels ** 2 * (1 + NORM_ROUNDING)) throw new CodecError('the levels are too large for their norm')
    return end
  }

  return {
    name,
    faithful: false,
    maximumBytes(length) {
      if (length <= bucket) return maximumBucketBytes(length)
      return Math.floor(length / bucket) * maximumBucketBytes(bucket) + maximumBucketBytes(length % bucket)
    },
    encode(vector, random, out) {
      let at = 0
      let start = 0
      do {
        at = writeBucket(vector.subarray(start, start + bucket), random, out, at)
        start += bucket
      } while (start < vector.length)
      return at
    },
    decode(bytes, out) {
      let at = 0
      let start = 0
      do {
        at = readBucket(bytes, at, out.subarray(start, start + bucket))
        start += bucket
      } while (start < out.length)
      requireBytes(bytes, at)
    },
    contraction: length => 1 / (1 + noise(length)),
    damping: length => 1 / (1 + noise(length)),
  }
}

/** Alistarh et al. use buckets of 512; with more, an encoding is hardly shorter. */
const LONGEST_BUCKET = 512

/** Norms of shorter buckets would take more than two bits a number. */
const SHORTEST_BUCKET = 16

/**
 * {@link qsgd} in buckets so short that β ≤ 1/2, so that peers which say again and again how they differ from what they have in
 * common come nearer to each other at every exchange. With fewer than 6 levels buckets are not that short, and it takes longer.
 */
export function qsgdInBuckets(name: string, levels: number): Codec {
  let bucket = LONGEST_BUCKET
  while (bucket > SHORTEST_BUCKET && bucket / levels ** 2 > 1 / 2) bucket /= 2
  return qsgd(name, levels, bucket)
}
