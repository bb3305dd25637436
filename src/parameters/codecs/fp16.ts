import { type Codec, CodecError, requireBytes, unencodable } from './codec.ts'

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
    for (let i = 0; i < vector.length; i++) {
      const value = vector[i]
      if (value - value !== 0) throw unencodable(vector)
      const bits = halfBits(value)
      out[2 * i] = bits
      out[2 * i + 1] = bits >>> 8
    }
    return 2 * vector.length
  },
  decode(bytes, out) {
    requireBytes(bytes, 2 * out.length)
    for (let i = 0; i < out.length; i++) {
      const bits = bytes[2 * i] | (bytes[2 * i + 1] << 8)
      const exponent = bits >>> 10
      const value = (LEADING[exponent] | (bits & 0x3ff)) * STEP[exponent]
      if (value - value !== 0) throw new CodecError(`element ${i} is not finite; expected a finite number`)
      out[i] = value
    }
  },
  // Numbers beyond its range may lose everything.
  contraction: () => undefined,
  damping: () => 1,
}

const LARGEST = 0x7bff

/**
 * How far apart halves of each sign and exponent are; subnormal ones as far as those of the smallest normal exponent. Those of
 * the largest exponent are no numbers. Looked up, for no branch of the processor can guess a sign.
 */
const STEP = Float64Array.from({ length: 64 }, (_, i) => {
  const exponent = i & 31
  return exponent === 31 ? Number.NaN : (i < 32 ? 1 : -1) * 2 ** (Math.max(exponent, 1) - 25)
})

/** The bit before the point, in steps, which subnormal halves do not have. */
const LEADING = Int32Array.from({ length: 64 }, (_, i) => ((i & 31) === 0 ? 0 : 1024))

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
  // One bit more, which says whether there is anything below those of the high word: a tie it is only without.
  const low = words[1 - HIGH]
  const significand = 0x200000 | ((high & 0xfffff) << 1) | ((low | -low) >>> 31)
  // 10 of the 20 bits after the point stay; fewer in subnormals.
  const dropped = exponent < -14 ? 11 - 14 - exponent : 11
  const base = exponent < -14 ? 0 : (exponent + 14) << 10
  const odd = (significand >>> dropped) & 1
  const rounded = (significand + (1 << (dropped - 1)) - 1 + odd) >>> dropped
  // The carry of the rounding runs into the exponent, as it should.
  return sign | Math.min(base + rounded, LARGEST)
}
