import { type Codec, CodecError, requireBytes, unencodable, viewOf } from './codec.ts'

/** Numbers that share a scale: a scale costs 1.6 % of a block, and one large number spoils the precision of few others. */
const BLOCK = 256

/** Steps on each side of zero; −128 is not used, so that x and −x are treated alike. */
const STEPS = 127

/**
 * Blocks of 256 numbers, each the largest absolute value M as float32 and then round(127 x / M) in one byte each: about a
 * quarter of float32, with an error of at most M / 254. The largest number of a block arrives exactly.
 */
export const int8: Codec = {
  name: 'int8',
  faithful: true,
  maximumBytes: encodedBytes,
  encode(vector, _random, out) {
    const view = viewOf(out)
    let at = 0
    for (let start = 0; start < vector.length; start += BLOCK) {
      const end = Math.min(start + BLOCK, vector.length)
      const largest = largestOf(vector, start, end)
      const scale = Math.fround(largest)
      if (!Number.isFinite(scale)) throw unencodable(vector)
      view.setFloat32(at, scale, true)
      at += 4
      if (scale === 0) {
        out.fill(0, at, at + end - start)
        at += end - start
        continue
      }
      for (let i = start; i < end; i++) {
        // In steps of the largest before it was rounded, so that it takes all of them.
        const exact = (vector[i] * STEPS) / largest
        const steps = (Math.abs(exact) + 0.5) | 0
        // −1 for negative ones that are at least a quarter of a step: no branch of the processor can guess a sign.
        const sign = (4 * exact) >> 31
        out[at++] = (steps ^ sign) - sign
      }
    }
    return at
  },
  decode(bytes, out) {
    requireBytes(bytes, encodedBytes(out.length))
    const view = viewOf(bytes)
    let at = 0
    for (let start = 0; start < out.length; start += BLOCK) {
      const end = Math.min(start + BLOCK, out.length)
      const largest = view.getFloat32(at, true)
      if (!Number.isFinite(largest) || largest < 0 || Object.is(largest, -0)) {
        throw new CodecError(`the largest of the block at ${start} is ${largest}; expected a finite number, 0 or more`)
      }
      at += 4
      let most = 0
      for (let i = start; i < end; i++) {
        const steps = view.getInt8(at++)
        most = Math.max(most, Math.abs(steps))
        out[i] = (steps * largest) / STEPS
      }
      const expected = largest === 0 ? 0 : STEPS
      if (most !== expected) {
        throw new CodecError(`the block at ${start} goes up to ${most} steps; expected ${expected}`)
      }
    }
  },
  // In the worst block one number is M and all others lie between two steps: 255 errors of M / 254.
  contraction: length => 1 - Math.max(Math.min(length, BLOCK) - 1, 0) / (2 * STEPS) ** 2,
  damping: () => 1,
}

function encodedBytes(length: number): number {
  return length + 4 * Math.ceil(length / BLOCK)
}

/** max |x_i|; NaN where an element is. */
function largestOf(vector: ArrayLike<number>, start: number, end: number): number {
  let largest = 0
  for (let i = start; i < end; i++) {
    const size = Math.abs(vector[i])
    if (!(size <= largest)) largest = size
    if (Number.isNaN(size)) return size
  }
  return largest
}
