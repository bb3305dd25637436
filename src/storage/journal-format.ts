/**
 * A journal's bytes, little-endian. The file begins with 32 bytes that name it. Then come groups, each written at once
 * and flushed before the next: the length of its entries (u64), the CRC-32 of the CRC-32s of the entries (u32), and the
 * CRC-32 of these twelve bytes (u32). An entry is the length of a head (u32), the head (JSON, padded with spaces), and
 * the values and indices themselves. Each entry has a checksum of its own so that it can be made when the entry comes,
 * while the disk is busy with the group before.
 *
 * Everything begins at a multiple of 16 bytes, so no header lies across two sectors of a disk, which are written whole:
 * after a crash it is there or it is not.
 *
 * @packageDocumentation
 */

import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { Difference } from '../gossip/state/difference.ts'
import type { JournalEntry } from '../gossip/state/journal-entry.ts'
import { littleEndianBytes, readLittleEndian } from '../parameters/little-endian.ts'
import { bitsOf, numbersIn } from './bits.ts'

/** The identity of a journal's file. */
export interface JournalName {
  readonly generation: number
  /** The journal that the checkpoint named when this one was begun: an older checkpoint than that misses something. */
  readonly base: number
  /** What tells the journals of one checkpoint of one peer from others; unknown of version 1. */
  readonly owner?: number
}

/** @param checkpoint the name of its file, without the folder */
export function journalOwner(peer: string, checkpoint: string): number {
  return crc32(`${peer}/${checkpoint}`)
}

export const FILE_HEADER_BYTES = 32
export const GROUP_HEADER_BYTES = 16

const MAGIC = new TextEncoder().encode('hearsayJ')
const VERSION = 2
/** Had no owner, and eight bytes for the base. */
const WITHOUT_OWNER = 1
const ALIGNMENT = 16
const LENGTH_BYTES = 4
const ELEMENT_BYTES = 4

export function encodeJournalName({ generation, base, owner }: Required<JournalName>): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(8, VERSION, true)
  view.setBigUint64(16, BigInt(generation), true)
  view.setUint32(24, base, true)
  view.setUint32(28, owner, true)
  view.setUint32(12, checksumOfName(bytes), true)
  return bytes
}

/** @returns undefined where these are not the first bytes of a journal */
export function decodeJournalName(bytes: Uint8Array): JournalName | undefined {
  const view = viewOf(bytes)
  if (!MAGIC.every((byte, i) => bytes[i] === byte) || view.getUint32(12, true) !== checksumOfName(bytes)) {
    return undefined
  }
  const generation = Number(view.getBigUint64(16, true))
  const version = view.getUint32(8, true)
  if (version === WITHOUT_OWNER) return { generation, base: Number(view.getBigUint64(24, true)) }
  if (version !== VERSION) return undefined
  return { generation, base: view.getUint32(24, true), owner: view.getUint32(28, true) }
}

/** An entry in parts, of which those with values and indices are its own memory. */
export interface EncodedEntry {
  readonly parts: readonly Uint8Array[]
  readonly checksum: number
}

export function encodeEntry(entry: JournalEntry): EncodedEntry {
  const parts = [encodeHead(headOf(entry)), ...('values' in entry ? encodeArrays(entry) : [])]
  return { parts, checksum: parts.reduce((checksum, part) => crc32(part, checksum), 0) }
}

export function encodeGroup(entries: readonly EncodedEntry[]): Uint8Array[] {
  const parts = entries.flatMap(entry => entry.parts)
  const header = new Uint8Array(GROUP_HEADER_BYTES)
  const view = viewOf(header)
  view.setBigUint64(0, BigInt(parts.reduce((sum, { length }) => sum + length, 0)), true)
  view.setUint32(8, joined(entries.map(({ checksum }) => checksum)), true)
  view.setUint32(12, crc32(header.subarray(0, 12)), true)
  return [header, ...parts]
}

export interface GroupHeader {
  /** Bytes of the group's entries. */
  readonly length: number
  readonly checksum: number
}

/** @returns undefined where these are not the first bytes of a group */
export function decodeGroupHeader(bytes: Uint8Array): GroupHeader | undefined {
  const view = viewOf(bytes)
  if (view.getUint32(12, true) !== crc32(bytes.subarray(0, 12))) return undefined
  return { length: Number(view.getBigUint64(0, true)), checksum: view.getUint32(8, true) }
}

const count = z.int().min(0)
const exchange = { id: z.string(), partner: z.string() }
const difference = { first: count, values: count, indices: count.optional() }
const headSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('decided'), ...exchange, frames: count, ...difference }),
  z.strictObject({ type: z.literal('prepared'), ...exchange, frame: count, ...difference }),
  z.strictObject({ type: z.literal('applied'), ...exchange, frames: count }),
  z.strictObject({ type: z.literal('aborted'), ...exchange, frames: count }),
  z.strictObject({ type: z.literal('returned'), ...exchange, frames: count }),
  z.strictObject({ type: z.literal('closed'), ...exchange, side: z.enum(['initiator', 'responder']) }),
])
/** An entry with the lengths of its arrays in their place. */
type Head = z.infer<typeof headSchema>

function encodeArrays({ values, indices }: Difference): Uint8Array[] {
  const arrays = [values, ...(indices === undefined ? [] : [bitsOf(indices)])].map(littleEndianBytes)
  const rest = paddingAfter(arrays.reduce((sum, { length }) => sum + length, 0))
  return [...arrays, ...(rest === 0 ? [] : [new Uint8Array(rest)])]
}

/** Field by field: what else an object carries is not written down. */
function headOf(entry: JournalEntry): Head {
  const { type, id, partner } = entry
  switch (type) {
    case 'decided':
      return { type, id, partner, frames: entry.frames, ...lengthsOf(entry) }
    case 'prepared':
      return { type, id, partner, frame: entry.frame, ...lengthsOf(entry) }
    case 'applied':
    case 'aborted':
    case 'returned':
      return { type, id, partner, frames: entry.frames }
    case 'closed':
      return { type, id, partner, side: entry.side }
  }
}

function lengthsOf({ first, values, indices }: Difference) {
  return { first, values: values.length, indices: indices?.length }
}

function encodeHead(head: Head): Uint8Array {
  const json = Buffer.from(JSON.stringify(head))
  const length = json.length + paddingAfter(LENGTH_BYTES + json.length)
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20)
  new DataView(bytes.buffer).setUint32(0, length, true)
  bytes.set(json, LENGTH_BYTES)
  return bytes
}

/**
 * Reads a group's entries. Their arrays are copies.
 *
 * @returns undefined where they are not what was written
 */
export function decodeGroup(bytes: Uint8Array, checksum: number): JournalEntry[] | undefined {
  const entries: JournalEntry[] = []
  const checksums: number[] = []
  try {
    for (let position = 0; position < bytes.length; ) {
      const { entry, end } = decodeEntry(bytes, position)
      entries.push(entry)
      checksums.push(crc32(bytes.subarray(position, end)))
      position = end
    }
  } catch {
    return undefined
  }
  return joined(checksums) === checksum ? entries : undefined
}

/** @throws RangeError, SyntaxError or ZodError where no entry begins there */
function decodeEntry(bytes: Uint8Array, start: number): { entry: JournalEntry; end: number } {
  let end = start
  const take = (length: number) => {
    if (length > bytes.length - end) throw new RangeError('the entry is longer than its group')
    end += length
    return bytes.subarray(end - length, end)
  }
  const takeBits = (length: number) => {
    const source = take(length * ELEMENT_BYTES)
    const bits = new Float32Array(length)
    readLittleEndian(source, bits)
    return bits
  }
  const length = viewOf(take(LENGTH_BYTES)).getUint32(0, true)
  const head = headSchema.parse(JSON.parse(new TextDecoder().decode(take(length))))
  if (!('values' in head)) return { entry: head, end }
  const { values: valueCount, indices: indexCount, ...rest } = head
  const values = takeBits(valueCount)
  const places = indexCount === undefined ? {} : { indices: numbersIn(takeBits(indexCount)) }
  take(paddingAfter(end - start))
  return { entry: { ...rest, values, ...places }, end }
}

function joined(checksums: readonly number[]): number {
  return crc32(littleEndianBytes(bitsOf(Int32Array.from(checksums))))
}

function checksumOfName(bytes: Uint8Array): number {
  return crc32(bytes.subarray(16, FILE_HEADER_BYTES))
}

function paddingAfter(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
