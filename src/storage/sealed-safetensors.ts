/**
 * Safetensors of which every bit is in a checksum. Each tensor's CRC-32 is beside the tensors, under its name; and the header, which holds
 * them and all else that is no tensor, has one of its own, taken with zeros in its place. Other programs read the file as they do any other.
 *
 * @packageDocumentation
 */

import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { HearsayError } from '../errors.ts'
import { littleEndianBytes } from '../parameters/little-endian.ts'
import { decodeSafetensors, encodeSafetensors, type NamedTensor, type Safetensors } from '../parameters/safetensors.ts'

/** What is in the file is not what was written. The message says of what, as the end of a sentence. */
export class BrokenSealError extends HearsayError {
  override readonly name = 'BrokenSealError'
}

/** The digits of a header's checksum while it is taken. */
const NO_CHECKSUM = '00000000'
/** How a header begins, whose first field of metadata is its checksum. */
const BEGINNING = new TextEncoder().encode('{"__metadata__":{"checksum":"')
const LENGTH_BYTES = 8
const DIGITS_AT = LENGTH_BYTES + BEGINNING.length

/** @throws SafetensorsError as {@link encodeSafetensors} does */
export function encodeSealed({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  const checksums = JSON.stringify(checksumsOf(tensors))
  const bytes = encodeSafetensors({ tensors, metadata: { checksum: NO_CHECKSUM, ...metadata, checksums } })
  bytes.set(new TextEncoder().encode(headerChecksum(bytes)), DIGITS_AT)
  return bytes
}

/** What a file holds, and whether it has checksums, as those of older versions have not. */
export interface MaybeSealed extends Safetensors {
  readonly isSealed: boolean
}

/** @throws BrokenSealError; SafetensorsError where it is none */
export function decodeSealed(bytes: Uint8Array): MaybeSealed {
  const isSealed = BEGINNING.every((byte, i) => bytes[LENGTH_BYTES + i] === byte)
  const digits = new TextDecoder().decode(bytes.subarray(DIGITS_AT, DIGITS_AT + NO_CHECKSUM.length))
  if (isSealed && digits !== headerChecksum(bytes)) throw new BrokenSealError('its header is not what was written')
  const content = decodeSafetensors(bytes)
  if (!isSealed) return { ...content, isSealed }
  const written = writtenIn(content)
  const found = checksumsOf(content.tensors)
  const other = content.tensors.find(({ name }) => found[name] !== written[name])
  if (other === undefined) return { ...content, isSealed }
  throw new BrokenSealError(`the values of ${other.name} are not those that were written`)
}

function writtenIn({ metadata }: Safetensors): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(metadata.checksums ?? ''))
  } catch {
    throw new BrokenSealError('its checksums cannot be read')
  }
}

function checksumsOf(tensors: readonly NamedTensor[]): Record<string, string> {
  return Object.fromEntries(tensors.map(({ name, data }) => [name, hex(crc32(littleEndianBytes(data)))]))
}

function headerChecksum(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true))
  const zeros = new TextEncoder().encode(NO_CHECKSUM)
  const before = crc32(zeros, crc32(bytes.subarray(0, DIGITS_AT)))
  return hex(crc32(bytes.subarray(DIGITS_AT + zeros.length, LENGTH_BYTES + length), before))
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(NO_CHECKSUM.length, '0')
}
