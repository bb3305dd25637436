import { endianness } from 'node:os'

/**
 * Float32 values as the bytes that files and the wire carry: little-endian, whatever the machine. On a little-endian
 * machine the bytes are the memory itself, so nothing is converted.
 */
export const nativeOrder = endianness() === 'LE'

/** @returns the values' little-endian bytes; on a little-endian machine a view of the same memory, else a copy */
export function littleEndianBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return nativeOrder ? bytes : Buffer.from(bytes).swap32()
}

/** Fills `target` from little-endian bytes, aligned or not. @param bytes exactly `4 * target.length` of them */
export function readLittleEndian(bytes: Uint8Array, target: Float32Array): void {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes)
  if (!nativeOrder) Buffer.from(target.buffer, target.byteOffset, target.byteLength).swap32()
}

/**
 * The values of little-endian bytes, without a copy where the machine allows it: on a little-endian one, aligned bytes are the
 * values themselves.
 *
 * @param bytes whole values
 * @param scratch takes the values otherwise; at least as long
 */
export function littleEndianValues(bytes: Uint8Array, scratch: Float32Array): Float32Array {
  if (nativeOrder && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const values = scratch.subarray(0, bytes.length / 4)
  readLittleEndian(bytes, values)
  return values
}
