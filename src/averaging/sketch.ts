import { sketchSums } from '../parameters/frame-memory.ts'
import type { Range } from '../parameters/range.ts'
import { distance, norm, requireSameLength } from '../parameters/vectors.ts'
import { consensusDistance } from './consensus.ts'

/**
 * A random projection of parameters to a few hundred numbers that keeps distances, so that peers can tell how far apart
 * they are without seeing each other's models.
 *
 * A count sketch (Charikar, Chen and Farach-Colton 2002; Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask
 * Learning"): coordinate i is added, with the sign σ(i), to bucket h(i), (Rx)_b = Σ_{i: h(i)=b} σ(i) x_i. R is linear,
 * E‖Rx‖² = ‖x‖², and Var‖Rx‖² ≤ 2‖x‖⁴ / buckets: with 256 buckets a distance is right to about 4 %.
 *
 * The buckets of as many coordinates in a row as there are buckets are those of one another turned by a random number: two of them never share
 * one, any other two do with the probability 1 / buckets, and one hash gives the signs of 32. So it is a tenth of the hashing.
 */
export interface Sketcher {
  readonly buckets: number
  /**
   * Takes one pass over the vector, or over a part of it, in float64.
   *
   * @param part the elements that count; the others are taken for 0
   * @returns `[buckets]`
   * @throws LengthMismatchError when the vector is not as long as the sketcher was made for
   */
  sketch(vector: Float32Array, part?: Range): Float32Array
}

/**
 * @param length elements of the vectors
 * @param buckets elements of a sketch
 * @param seed unsigned 32-bit; only sketches of the same seed can be compared
 */
export function createSketcher(length: number, buckets: number, seed: number): Sketcher {
  const key = scramble(seed)
  const signKey = scramble(~key)

  function sumsOf(vector: Float32Array, { first, end }: Range): Float64Array {
    const sums = new Float64Array(buckets)
    for (let start = first - (first % buckets); start < end; start += buckets) {
      const turn = Math.floor((scramble((start / buckets) ^ key) * buckets) / 2 ** 32)
      const to = Math.min(end, start + buckets)
      let signs = 0
      for (let i = Math.max(first, start), from = i; i < to; i++) {
        if (i === from || (i & 31) === 0) signs = scramble((i >>> 5) ^ signKey)
        const place = i - start + turn
        sums[place < buckets ? place : place - buckets] += vector[i] * (1 - 2 * ((signs >>> (i & 31)) & 1))
      }
    }
    return sums
  }

  return {
    buckets,
    sketch(vector, part = { first: 0, end: length }) {
      requireSameLength({ length }, vector)
      return new Float32Array(sketchSums(vector, part, { buckets, key, signKey }) ?? sumsOf(vector, part))
    },
  }
}

/** Estimates ‖x − y‖ from the sketches of x and y. @throws LengthMismatchError */
export function sketchDistance(a: Float32Array, b: Float32Array): number {
  return distance(a, b)
}

/**
 * Whether what these are sketches of is no further apart than this, relative to the norm of the first. Sketches are made once of the same
 * parameters, so most are compared with themselves.
 *
 * @throws LengthMismatchError
 */
export function areWithin(relativeDistance: number, own: Float32Array, other: Float32Array): boolean {
  return own === other || sketchDistance(own, other) <= relativeDistance * norm(own)
}

/**
 * Estimates {@link consensusDistance} from everyone's sketches: because R is linear, the mean of the sketches is the sketch
 * of the mean, and the same formula applies.
 *
 * @throws LengthMismatchError where there is no sketch, or their lengths differ
 */
export function estimateConsensusDistance(sketches: readonly Float32Array[]): number {
  return consensusDistance(sketches)
}

/** The finaliser of MurmurHash3 (Appleby 2011): a bijection of 32 bits in which every bit of the input moves every bit. */
function scramble(value: number): number {
  let hash = value ^ (value >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
