import { type Codec, CodecError, requireBytes, unencodable, viewOf } from './codec.ts'

/**
 * IEEE 754 half precision: 11 significant bits between 6 × 10⁻⁵ and 65504, fewer below. Rounded once, to nearest, ties to
 * even. What is larger than the largest half becomes the largest half: an infinity would spread through the whole swarm,
 * while the error of a number that was cut stays with its peer, as that of any rounding.
 */
export const fp16: Codec = {
  name: 'fp16',
  faithful: true,
  maximumBytes: length => 2 * length,
  encode(vector, _random, out) {
    const view = viewOf(out)
    for (let i = 0; i < vector.length; i++) {
      if (!Number.isFinite(vector[i])) throw unencodable(vector)
      view.setUint16(2 * i, halfBits(vector[i]), true)
    }
    return 2 * vector.length
  },
  decode(bytes, out) {
    requireBytes(bytes, 2 * out.length)
    const view = viewOf(bytes)
    for (let i = 0; i < out.length; i++) {
      const bits = view.getUint16(2 * i, true)
      const exponent = (bits >> 10) & 0x1f
      if (exponent === 0x1f) throw new CodecError(`element ${i} is not finite; expected a finite number`)
      const size = ((exponent === 0 ? 0 : 1024) + (bits & 0x3ff)) * STEP[exponent]
      out[i] = bits & 0x8000 ? -size : size
    }
  },
  // Numbers beyond its range may lose everything.
  contraction: () => undefined,
  damping: () => 1,
}

const LARGEST = 0x7bff

/** How far apart halves of each exponent are; subnormal ones as far as those of the smallest normal exponent. */
const STEP = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25))

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

/** The half nearest to a finite number. From float64 directly: by way of float32 it would be rounded twice. */
function halfBits(value: number): number {
  double[0] = value
  const high = words[HIGH]
  const sign = (high >>> 16) & 0x8000
  const exponent = ((high >>> 20) & 0x7ff) - 1023
  if (exponent > 15) return sign | LARGEST
  // Half the smallest subnormal, 2⁻²⁵, is a tie that goes to zero, which is even; what is below is nearer to zero.
  if (exponent < -25) return sign
  const significand = 0x100000 | (high & 0xfffff)
  // Of the 20 bits after the point, 10 stay; of subnormals fewer.
  const dropped = exponent < -14 ? 10 - 14 - exponent : 10
  const base = exponent < -14 ? 0 : (exponent + 14) << 10
  const kept = significand >>> dropped
  const rest = significand & ((1 << dropped) - 1)
  const half = 1 << (dropped - 1)
  const up = rest > half || (rest === half && (words[1 - HIGH] !== 0 || (kept & 1) === 1))
  // The carry of the rounding runs into the exponent, as it should.
  return sign | Math.min(base + kept + (up ? 1 : 0), LARGEST)
}
