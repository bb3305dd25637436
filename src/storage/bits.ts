/**
 * Whole numbers on their way through what carries float32: the same memory under another name, so they come back
 * unchanged, bit by bit.
 *
 * @packageDocumentation
 */

export function bitsOf(numbers: Int32Array): Float32Array {
  return new Float32Array(numbers.buffer, numbers.byteOffset, numbers.length)
}

export function numbersIn(bits: Float32Array): Int32Array {
  return new Int32Array(bits.buffer, bits.byteOffset, bits.length)
}
