/**
 * The safetensors file format (https://github.com/huggingface/safetensors#format): the header's length (u64,
 * little-endian), the header (JSON, padded with spaces), then every tensor's values with no holes between them.
 *
 * @packageDocumentation
 */

import { HearsayError } from '../errors.ts'
import { SAFETENSORS_HEADER_LIMIT_BYTES } from './constants.ts'
import { readBrainFloats, readHalves } from './half-precision.ts'
import { littleEndianBytes, readLittleEndian } from './little-endian.ts'

/** A file that is not safetensors, or tensors that it cannot hold. */
export class SafetensorsError extends HearsayError {
  override readonly name = 'SafetensorsError'
}

/** A tensor of a file. */
export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Row-major. */
  readonly data: Float32Array
}

/** The content of a safetensors file. */
export interface Safetensors {
  /** The tensors in the order of their data in the file. */
  readonly tensors: readonly NamedTensor[]
  readonly metadata: Readonly<Record<string, string>>
}

const LENGTH_BYTES = 8
const METADATA = '__metadata__'

/** @throws SafetensorsError for a repeated or reserved name, or a shape that does not fit its values */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  const names = new Set<string>([METADATA])
  let end = 0
  // Written entry by entry: a JavaScript object would move names that look like numbers to the front.
  const entries = tensors.map(({ name, shape, data }) => {
    if (name === METADATA) throw new SafetensorsError(`a tensor cannot be named "${METADATA}"; the format reserves it`)
    if (names.has(name)) throw new SafetensorsError(`two tensors are named "${name}"`)
    names.add(name)
    if (elementsOf(shape) !== data.length) {
      throw new SafetensorsError(`tensor "${name}" has ${data.length} values, which do not fit its shape [${shape}]`)
    }
    const begin = end
    end += data.byteLength
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: 'F32', shape, data_offsets: [begin, end] })}`
  })
  if (Object.keys(metadata).length > 0) entries.unshift(`"${METADATA}":${JSON.stringify(metadata)}`)

  const json = new TextEncoder().encode(`{${entries.join(',')}}`)
  const headerBytes = Math.ceil(json.length / 8) * 8
  requireHeaderWithinLimit(BigInt(headerBytes))
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true)
  bytes.set(json, LENGTH_BYTES)
  bytes.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerBytes)
  let position = LENGTH_BYTES + headerBytes
  for (const { data } of tensors) {
    bytes.set(littleEndianBytes(data), position)
    position += data.byteLength
  }
  return bytes
}

/** Bytes of one value, and how values are read, by the types that are. */
const DTYPES = {
  F32: { bytes: 4, read: readLittleEndian },
  F16: { bytes: 2, read: readHalves },
  BF16: { bytes: 2, read: readBrainFloats },
} as const
type DType = keyof typeof DTYPES

/**
 * Reads a whole file. The tensors are copies, as float32, whatever of F32, F16 and BF16 the file has: neither of the shorter ones has a
 * value that float32 has not.
 *
 * @throws SafetensorsError for everything the format forbids
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  if (bytes.length < LENGTH_BYTES) {
    throw new SafetensorsError(
      `the file is truncated: it has ${bytes.length} bytes, and the header's length alone has 8`,
    )
  }
  const declared = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true)
  requireHeaderWithinLimit(declared)
  const dataStart = LENGTH_BYTES + Number(declared)
  if (bytes.length < dataStart) {
    throw new SafetensorsError(
      `the file is truncated: its header should end at byte ${dataStart}, but it has ${bytes.length} bytes`,
    )
  }
  const { entries, metadata } = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart))
  const data = bytes.subarray(dataStart)

  let end = 0
  const tensors = entries
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
    .map(({ name, shape, dtype, begin, end: tensorEnd }): NamedTensor => {
      if (tensorEnd > data.length) {
        throw new SafetensorsError(
          `tensor "${name}" ends at byte ${tensorEnd} of the data, which has ${data.length}: the file is truncated or the offsets are wrong`,
        )
      }
      if (begin < end) throw new SafetensorsError(`tensor "${name}" overlaps the one before it`)
      if (begin > end)
        throw new SafetensorsError(`bytes ${end} to ${begin} of the data, before "${name}", belong to no tensor`)
      end = tensorEnd
      const values = new Float32Array(elementsOf(shape))
      DTYPES[dtype].read(data.subarray(begin, tensorEnd), values)
      return { name, shape, data: values }
    })
  if (end !== data.length) {
    throw new SafetensorsError(`the last ${data.length - end} bytes of the data belong to no tensor`)
  }
  return { tensors, metadata }
}

interface HeaderEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly begin: number
  readonly end: number
}

function parseHeader(bytes: Uint8Array): { entries: HeaderEntry[]; metadata: Record<string, string> } {
  const header = parseJson(bytes)
  let metadata: Record<string, string> = {}
  const entries: HeaderEntry[] = []
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) metadata = parseMetadata(value)
    else entries.push(parseEntry(name, value))
  }
  return { entries, metadata }
}

function parseJson(bytes: Uint8Array): object {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    // The format wants the brace to be the very first byte.
    if (isObject(header) && bytes[0] === 0x7b) return header
  } catch {
    // Falls through to the one message for a header that cannot be read.
  }
  throw new SafetensorsError('the header is not a JSON object')
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every(entry => typeof entry === 'string')) {
    throw new SafetensorsError(`"${METADATA}" must map strings to strings`)
  }
  return Object.fromEntries(Object.entries(value))
}

function parseEntry(name: string, value: unknown): HeaderEntry {
  if (!isObject(value)) throw new SafetensorsError(`the header's entry for tensor "${name}" is not an object`)
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>
  if (!isDType(dtype)) {
    throw new SafetensorsError(
      `tensor "${name}" has dtype ${JSON.stringify(dtype)}; expected one of ${Object.keys(DTYPES).join(', ')}`,
    )
  }
  if (!isCounts(shape))
    throw new SafetensorsError(`tensor "${name}" has no valid shape: a list of whole numbers is expected`)
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw new SafetensorsError(`tensor "${name}" has no valid data_offsets: [begin, end] is expected`)
  }
  const [begin, end] = offsets
  if (elementsOf(shape) * DTYPES[dtype].bytes !== end - begin) {
    throw new SafetensorsError(`tensor "${name}" of shape [${shape}] cannot have ${end - begin} bytes`)
  }
  return { name, shape, dtype, begin, end }
}

function requireHeaderWithinLimit(bytes: bigint): void {
  if (bytes > SAFETENSORS_HEADER_LIMIT_BYTES) {
    throw new SafetensorsError(
      `the header has ${bytes} bytes; the format allows ${SAFETENSORS_HEADER_LIMIT_BYTES}: this is probably not a safetensors file`,
    )
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(DTYPES, value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(entry => Number.isSafeInteger(entry) && entry >= 0)
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}
