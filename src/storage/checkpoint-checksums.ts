/**
 * The checksums of a checkpoint's file. Each tensor's CRC-32 is beside the tensors, under its name; and the header, which holds them and
 * all else that is no tensor, has one of its own, taken with zeros in its place. So every bit of the file is in one of them, and other programs
 * read the file as they do any safetensors.
 *
 * @packageDocumentation
 */

import { crc32 } from 'node:zlib'
import { littleEndianBytes } from '../parameters/little-endian.ts'
import type { NamedTensor } from '../parameters/safetensors.ts'

/** The digits of a header's checksum while it is taken. */
export const NO_CHECKSUM = '00000000'

/** How a header begins, whose first field of metadata is its checksum. */
const BEGINNING = new TextEncoder().encode('{"__metadata__":{"checksum":"')
const LENGTH_BYTES = 8
const DIGITS_AT = LENGTH_BYTES + BEGINNING.length

export function checksumsOf(tensors: readonly NamedTensor[]): Record<string, string> {
  return Object.fromEntries(tensors.map(({ name, data }) => [name, hex(crc32(littleEndianBytes(data)))]))
}

/** Writes the header's checksum in its place. @param bytes of a file whose metadata begin with `checksum`: {@link NO_CHECKSUM} */
export function sealHeader(bytes: Uint8Array): void {
  bytes.set(new TextEncoder().encode(hex(headerChecksum(bytes))), DIGITS_AT)
}

/** Whether a header is as it was written; undefined where it has no checksum. */
export function isHeaderWhole(bytes: Uint8Array): boolean | undefined {
  if (!BEGINNING.every((byte, i) => bytes[LENGTH_BYTES + i] === byte)) return undefined
  const digits = bytes.subarray(DIGITS_AT, DIGITS_AT + NO_CHECKSUM.length)
  return new TextDecoder().decode(digits) === hex(headerChecksum(bytes))
}

function headerChecksum(bytes: Uint8Array): number {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true))
  const zeros = new TextEncoder().encode(NO_CHECKSUM)
  const before = crc32(zeros, crc32(bytes.subarray(0, DIGITS_AT)))
  return crc32(bytes.subarray(DIGITS_AT + zeros.length, LENGTH_BYTES + length), before)
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}
