import { type Codec, CodecError, requireBytes, unencodable, viewOf } from './codec.ts'
import { drawIndices } from './draw-indices.ts'
import { keptOf } from './fraction.ts'
import { scratchIntegers } from './scratch.ts'

/** A 32-bit seed; the indices themselves would take less only where there are fewer than four. */
const SEED_BYTES = 4

/**
 * A random `fraction` of the numbers, as float32, and the seed that says which; the others become zero (Stich, Cordonnier and
 * Jaggi 2018, "Sparsified SGD with Memory"). Not scaled up: a contraction, to be used with a memory of what was lost, rather
 * than an unbiased estimate.
 */
export function randk(name: string, fraction: number): Codec {
  const encodedBytes = (length: number) => SEED_BYTES + 4 * keptOf(length, fraction)

  return {
    name,
    faithful: false,
    maximumBytes: encodedBytes,
    encode(vector, random, out) {
      // All of them: what is not drawn now stays in the sender's memory, and a NaN there would be drawn some day.
      for (let i = 0; i < vector.length; i++) {
        if (!Number.isFinite(Math.fround(vector[i]))) throw unencodable(vector)
      }
      const view = viewOf(out)
      const seed = random.integer(2 ** 32)
      view.setUint32(0, seed, true)
      const kept = keptOf(vector.length, fraction)
      const indices = scratchIntegers(kept)
      drawIndices(seed, vector.length, kept, indices)
      for (let i = 0; i < kept; i++) view.setFloat32(SEED_BYTES + 4 * i, vector[indices[i]], true)
      return encodedBytes(vector.length)
    },
    decode(bytes, out) {
      requireBytes(bytes, encodedBytes(out.length))
      const view = viewOf(bytes)
      const kept = keptOf(out.length, fraction)
      const indices = scratchIntegers(kept)
      drawIndices(view.getUint32(0, true), out.length, kept, indices)
      out.fill(0)
      for (let i = 0; i < kept; i++) {
        const value = view.getFloat32(SEED_BYTES + 4 * i, true)
        if (!Number.isFinite(value)) {
          throw new CodecError(`the value of element ${indices[i]} is ${value}; expected a finite number`)
        }
        out[indices[i]] = value
      }
    },
    contraction: length => (length === 0 ? 1 : keptOf(length, fraction) / length),
    damping: () => 1,
  }
}
