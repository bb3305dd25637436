import { type Codec, CodecError, requireBytes, unencodable, viewOf } from './codec.ts'

/** Float32, little-endian, as it is. */
export const none: Codec = {
  name: 'none',
  faithful: true,
  maximumBytes: length => 4 * length,
  encode(vector, _random, out) {
    const view = viewOf(out)
    for (let i = 0; i < vector.length; i++) {
      const value = Math.fround(vector[i])
      if (!Number.isFinite(value)) throw unencodable(vector)
      view.setFloat32(4 * i, value, true)
    }
    return 4 * vector.length
  },
  decode(bytes, out) {
    requireBytes(bytes, 4 * out.length)
    const view = viewOf(bytes)
    for (let i = 0; i < out.length; i++) {
      const value = view.getFloat32(4 * i, true)
      if (!Number.isFinite(value)) throw new CodecError(`element ${i} is ${value}; expected a finite number`)
      out[i] = value
    }
  },
  contraction: () => 1,
  damping: () => 1,
}
