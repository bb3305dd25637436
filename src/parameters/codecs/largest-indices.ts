import type { Vector } from '../vectors.ts'
import { unencodable } from './codec.ts'

/** Buckets of the radix selection: 11, 10 and 10 of the 31 bits of an absolute value. */
const SHIFTS = [20, 10, 0] as const
const WIDTHS = [11, 10, 10] as const
const counts = new Uint32Array(2 ** 11)
const ABSOLUTE = 0x7fffffff
const INFINITE = 0x7f800000

/** IndexChoice of the numbers that may be among the largest, once the first bucket is known; nothing in it outlives a call. */
let candidates = new Int32Array()

/**
 * Fills in the indices, ascending, of the `most` numbers with the largest absolute values as float32, without zeros.
 *
 * The bits of a positive float32 are ordered as the numbers are. So the smallest that is chosen is found by counting the
 * numbers by their highest bits, and then those with the right highest bits by the next: three passes, whatever the numbers,
 * of which the last two leave out what is certainly too small.
 *
 * @returns how many
 */
export function largestIndices(vector: Vector, most: number, indices: Int32Array): number {
  const single = vector instanceof Float32Array ? vector : new Float32Array(vector)
  const bits = new Int32Array(single.buffer, single.byteOffset, single.length)
  if (candidates.length < bits.length) candidates = new Int32Array(bits.length)

  counts.fill(0)
  for (let i = 0; i < bits.length; i++) counts[(bits[i] & ABSOLUTE) >>> SHIFTS[0]]++
  for (let bucket = INFINITE >>> SHIFTS[0]; bucket < counts.length; bucket++) {
    if (counts[bucket] > 0) throw unencodable(vector)
  }
  let [bucket, wanted] = bucketOf(most, WIDTHS[0])
  let threshold = bucket << SHIFTS[0]

  let left = 0
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i] & ABSOLUTE) >= threshold) candidates[left++] = i
  }
  for (let pass = 1; pass < SHIFTS.length; pass++) {
    const shift = SHIFTS[pass]
    const above = SHIFTS[pass - 1]
    const prefix = threshold >>> above
    const mask = 2 ** WIDTHS[pass] - 1
    counts.fill(0)
    for (let c = 0; c < left; c++) {
      const size = bits[candidates[c]] & ABSOLUTE
      if (size >>> above === prefix) counts[(size >>> shift) & mask]++
    }
    ;[bucket, wanted] = bucketOf(wanted, WIDTHS[pass])
    threshold |= bucket << shift
  }

  // Elements above the threshold are chosen, and `wanted` of those that are equal to it.
  let count = 0
  for (let c = 0; c < left; c++) {
    const size = bits[candidates[c]] & ABSOLUTE
    if (size > threshold) indices[count++] = candidates[c]
    else if (size === threshold && size !== 0 && wanted > 0) {
      wanted--
      indices[count++] = candidates[c]
    }
  }
  return count
}

/** The bucket in which the `wanted`th largest lies, and how many are wanted of it. */
function bucketOf(wanted: number, width: number): [bucket: number, wanted: number] {
  let bucket = 2 ** width - 1
  while (bucket > 0 && counts[bucket] < wanted) wanted -= counts[bucket--]
  return [bucket, wanted]
}
