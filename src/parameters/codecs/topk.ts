import { createBitReader, createBitWriter } from './bits.ts'
import { type Codec, CodecError, requireBytes, viewOf } from './codec.ts'
import { keptOf } from './fraction.ts'
import { maximumIndexBits, readIndices, writeIndices } from './indices.ts'
import { largestIndices } from './largest-indices.ts'
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
