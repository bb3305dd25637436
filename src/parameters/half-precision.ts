/**
 * Formats of half as many bits as float32, as files of models have them. Each of their values is one of float32 too, infinities and NaN
 * included: what must be finite is for the reader to say.
 *
 * @packageDocumentation
 */

/** Bits of a half's significand after the point, and its largest exponent, which infinities and NaN have. */
const FRACTION_BITS = 10
const NO_NUMBER = 31

/** IEEE 754 half precision. @param bytes exactly `2 * target.length` of them, little-endian */
export function readHalves(bytes: Uint8Array, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) {
    const bits = bytes[2 * i] | (bytes[2 * i + 1] << 8)
    const exponent = (bits >>> FRACTION_BITS) & NO_NUMBER
    const fraction = bits & ((1 << FRACTION_BITS) - 1)
    const sign = bits >>> 15 === 0 ? 1 : -1
    target[i] = sign * magnitudeOf(exponent, fraction)
  }
}

function magnitudeOf(exponent: number, fraction: number): number {
  if (exponent === NO_NUMBER) return fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN
  // Subnormal ones lack the bit before the point, and lie as far apart as those of the smallest normal exponent.
  const leading = exponent === 0 ? 0 : 1 << FRACTION_BITS
  return (leading + fraction) * 2 ** (Math.max(exponent, 1) - 25)
}

/** The upper half of a float32. @param bytes exactly `2 * target.length` of them, little-endian */
export function readBrainFloats(bytes: Uint8Array, target: Float32Array): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, target.length)
  for (let i = 0; i < words.length; i++) words[i] = ((bytes[2 * i] | (bytes[2 * i + 1] << 8)) << 16) >>> 0
}
