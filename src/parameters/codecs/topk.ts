import type { Vector } from '../vectors.ts'
import { createBitReader, createBitWriter } from './bits.ts'
import { type Codec, CodecError, requireBytes, unencodable, viewOf } from './codec.ts'
import { keptOf } from './fraction.ts'
import { maximumIndexBits, readIndices, writeIndices } from './indices.ts'
import { scratchIntegers } from './scratch.ts'

/**
 * The largest `fraction` of the numbers by absolute value, the first of equal ones, as float32, and their indices; the others
 * become zero (Stich, Cordonnier and Jaggi 2018, "Sparsified SGD with Memory"). Zeros are not sent, even where there are
 * fewer other numbers.
 */
export function topk(name: string, fraction: number): Codec {
  const indexBytes = (length: number) => Math.ceil(maximumIndexBits(length, keptOf(length, fraction)) / 8)

  return {
    name,
    faithful: false,
    maximumBytes: length => indexBytes(length) + 4 * keptOf(length, fraction),
    encode(vector, _random, out) {
      const most = keptOf(vector.length, fraction)
      const indices = scratchIntegers(most)
      const count = largestIndices(vector, most, indices)
      const writer = createBitWriter(out, 0)
      writeIndices(writer, indices, count, vector.length, most)
      const start = writer.finish()
      const view = viewOf(out)
      for (let i = 0; i < count; i++) view.setFloat32(start + 4 * i, vector[indices[i]], true)
      return start + 4 * count
    },
    decode(bytes, out) {
      const most = keptOf(out.length, fraction)
      const indices = scratchIntegers(most)
      const reader = createBitReader(bytes, 0)
      const count = readIndices(reader, indices, out.length, most)
      const start = reader.finish()
      requireBytes(bytes, start + 4 * count)
      const view = viewOf(bytes)
      out.fill(0)
      for (let i = 0; i < count; i++) {
        const value = view.getFloat32(start + 4 * i, true)
        if (!Number.isFinite(value) || value === 0) {
          throw new CodecError(`the value of element ${indices[i]} is ${value}; expected a finite number other than 0`)
        }
        out[indices[i]] = value
      }
    },
    contraction: length => (length === 0 ? 1 : keptOf(length, fraction) / length),
    damping: () => 1,
  }
}

/** Buckets of the radix selection: 11, 10 and 10 of the 31 bits of an absolute value. */
const SHIFTS = [20, 10, 0] as const
const WIDTHS = [11, 10, 10] as const
const counts = new Uint32Array(2 ** 11)
const ABSOLUTE = 0x7fffffff
const INFINITE = 0x7f800000

/**
 * Fills in the indices, ascending, of the `most` numbers with the largest absolute values as float32, without zeros.
 *
 * The bits of a positive float32 are ordered as the numbers are. So the smallest that is chosen is found by counting the
 * numbers by their highest bits, and then those with the right highest bits by the next: three passes, whatever the numbers.
 *
 * @returns how many
 */
function largestIndices(vector: Vector, most: number, indices: Int32Array): number {
  const single = vector instanceof Float32Array ? vector : new Float32Array(vector)
  const bits = new Int32Array(single.buffer, single.byteOffset, single.length)
  let wanted = most
  let threshold = 0
  for (let pass = 0; pass < SHIFTS.length; pass++) {
    const shift = SHIFTS[pass]
    const above = pass === 0 ? 31 : SHIFTS[pass - 1]
    const prefix = threshold >>> above
    const mask = 2 ** WIDTHS[pass] - 1
    counts.fill(0)
    for (let i = 0; i < bits.length; i++) {
      const size = bits[i] & ABSOLUTE
      if (size >>> above === prefix) counts[(size >>> shift) & mask]++
    }
    let bucket = mask
    while (bucket > 0 && counts[bucket] < wanted) wanted -= counts[bucket--]
    threshold |= bucket << shift
  }
  // What is larger is chosen, and `wanted` of those that are equal.
  let count = 0
  for (let i = 0; i < bits.length; i++) {
    const size = bits[i] & ABSOLUTE
    if (size >= INFINITE) throw unencodable(vector)
    if (size > threshold) indices[count++] = i
    else if (size === threshold && size !== 0 && wanted > 0) {
      wanted--
      indices[count++] = i
    }
  }
  return count
}
