/**
 * NumPy's .npy format: the bytes 93 "NUMPY", two of a version, the length of a header, the header, which is a dictionary as Python writes
 * it, and the elements, last dimension fastest, or first where the header says Fortran.
 *
 * @packageDocumentation
 */

import type { FileHandle } from 'node:fs/promises'
import { DataFileError } from '../errors.ts'
import { requireKind } from './file-kind.ts'
import { type WatchedFile, watchFile } from './watched-file.ts'

/** What an element is, and what it is as a value: a number, a bigint where it has 64 bits, true or false, or a text. */
export interface NpyElement {
  readonly kind: 'bool' | 'int' | 'uint' | 'float' | 'text'
  readonly bytes: number
  read(from: Buffer, at: number): number | bigint | boolean | string
}

export interface NpyFile {
  readonly file: WatchedFile
  /** Empty for a single value. */
  readonly shape: readonly number[]
  readonly element: NpyElement
  /** Whether the first dimension is the fastest. */
  readonly isFortran: boolean
  /** Where the elements begin. */
  readonly start: number
}

/** Headers that NumPy writes are of some hundred bytes. */
const MAXIMUM_HEADER_BYTES = 64 * 1024

/** @throws DataFileError where it is no such file, holds objects, or is cut short */
export async function openNpyFile(path: string): Promise<NpyFile> {
  const file = await watchFile(path)
  const start = await file.reading(async handle => {
    const bytes = Buffer.alloc(Math.min(file.bytes, MAXIMUM_HEADER_BYTES))
    await handle.read(bytes, 0, bytes.length, 0)
    return bytes
  })
  requireKind(path, start, 'npy')
  if (start.toString('latin1', 0, 6) !== '\x93NUMPY' || start.length < 12) {
    throw new DataFileError(
      `${path}: found a file that does not begin as a NumPy array does; expected one, as numpy.save writes it`,
    )
  }
  const version = start[6]
  if (version < 1 || version > 3) {
    throw new DataFileError(`${path}: found version ${version} of the .npy format; expected 1, 2 or 3`)
  }
  const [from, length] = version === 1 ? [10, start.readUInt16LE(8)] : [12, start.readUInt32LE(8)]
  const header = start.toString(version === 3 ? 'utf8' : 'latin1', from, from + length)
  const [, type] = /'descr':\s*'([^']*)'/.exec(header) ?? []
  const [, order] = /'fortran_order':\s*(True|False)/.exec(header) ?? []
  const [, sizes] = /'shape':\s*\(([^)]*)\)/.exec(header) ?? []
  if (order === undefined || sizes === undefined || (type === undefined && !header.includes("'descr'"))) {
    throw new DataFileError(`${path}: found a header that is not understood; expected descr, fortran_order and shape`)
  }
  const element = readElement(path, type)
  const shape = sizes.split(',').flatMap(size => (size.trim() === '' ? [] : [Number(size)]))
  const expected = from + length + element.bytes * shape.reduce((product, size) => product * size, 1)
  if (file.bytes !== expected) {
    const fault = file.bytes < expected ? 'the file is cut short' : 'something follows the elements'
    throw new DataFileError(
      `${path}: found ${file.bytes} bytes; expected ${expected}, for ${shape.join(' × ')} elements: ${fault}`,
    )
  }
  return { file, shape, element, isFortran: order === 'True', start: from + length }
}

/** @param type a code of NumPy's: byte order, kind, bytes (of a text in Unicode, characters); undefined where there are fields */
function readElement(file: string, type: string | undefined): NpyElement {
  const [, order, code, digits] = /^([<>|=]?)([?bBiufSUOmMVc])(\d*)/.exec(type ?? '') ?? []
  const size = Number(digits)
  const isBig = order === '>'
  const dataType = code + digits
  const reads = isBig ? READS_BIG : READS_LITTLE
  const read = reads[dataType]
  if (read !== undefined) {
    const kind = code === 'b' ? 'bool' : code === 'i' ? 'int' : code === 'u' ? 'uint' : 'float'
    return { kind, bytes: size, read }
  }
  if (code === 'S') {
    return { kind: 'text', bytes: size, read: (from, at) => ended(from.toString('utf8', at, at + size)) }
  }
  if (code === 'U') return { kind: 'text', bytes: 4 * size, read: (from, at) => unicode(from, at, size, isBig) }
  const found =
    code === 'O' ? 'Python objects' : type === undefined ? 'records with fields' : `elements of the type ${type}`
  throw new DataFileError(
    `${file}: found ${found}; expected numbers, true and false, or texts: convert them with array.astype, to float32 or str, and save again`,
  )
}

type Read = NpyElement['read']

const READS_LITTLE: Readonly<Record<string, Read>> = {
  b1: (from, at) => from[at] !== 0,
  i1: (from, at) => from.readInt8(at),
  i2: (from, at) => from.readInt16LE(at),
  i4: (from, at) => from.readInt32LE(at),
  i8: (from, at) => from.readBigInt64LE(at),
  u1: (from, at) => from[at],
  u2: (from, at) => from.readUInt16LE(at),
  u4: (from, at) => from.readUInt32LE(at),
  u8: (from, at) => from.readBigUInt64LE(at),
  f2: (from, at) => halfFloat(from.readUInt16LE(at)),
  f4: (from, at) => from.readFloatLE(at),
  f8: (from, at) => from.readDoubleLE(at),
}

const READS_BIG: Readonly<Record<string, Read>> = {
  ...READS_LITTLE,
  i2: (from, at) => from.readInt16BE(at),
  i4: (from, at) => from.readInt32BE(at),
  i8: (from, at) => from.readBigInt64BE(at),
  u2: (from, at) => from.readUInt16BE(at),
  u4: (from, at) => from.readUInt32BE(at),
  u8: (from, at) => from.readBigUInt64BE(at),
  f2: (from, at) => halfFloat(from.readUInt16BE(at)),
  f4: (from, at) => from.readFloatBE(at),
  f8: (from, at) => from.readDoubleBE(at),
}

/** A float of IEEE 754 with 16 bits: sign, 5 of exponent, 10 of fraction. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1_024) * 2 ** (exponent - 15)
}

/** Texts of one length are filled up with zeros. */
const ended = (text: string) => text.replace(/\0+$/, '')

function unicode(from: Buffer, at: number, characters: number, isBig: boolean): string {
  const codes = Array.from({ length: characters }, (_, i) =>
    isBig ? from.readUInt32BE(at + 4 * i) : from.readUInt32LE(at + 4 * i),
  )
  return ended(String.fromCodePoint(...codes))
}

/**
 * Reads samples, the entries of the first dimension, into memory as they come in the file.
 *
 * @returns the elements of each sample one after the other, whatever the file's order
 */
export async function readSamples(
  { file, shape, element, isFortran, start }: NpyFile,
  handle: FileHandle,
  from: number,
  to: number,
): Promise<Buffer> {
  const [samples, ...rest] = shape
  const width = rest.reduce((product, size) => product * size, 1)
  const { bytes } = element
  const count = to - from
  if (!isFortran) return await readBytes(file, handle, start + from * width * bytes, count * width * bytes)
  const result = Buffer.alloc(count * width * bytes)
  for (let index = 0; index < width; index++) {
    // In the file all samples have their elements of one place side by side; places count from the first dimension on.
    const column = await readBytes(file, handle, start + (index * samples + from) * bytes, count * bytes)
    const place = lastFastest(index, rest)
    for (let sample = 0; sample < count; sample++) {
      column.copy(result, (sample * width + place) * bytes, sample * bytes, (sample + 1) * bytes)
    }
  }
  return result
}

/** The place, where the last dimension is the fastest, of an element that is at `index` where the first is. */
function lastFastest(index: number, sizes: readonly number[]): number {
  let place = 0
  let stride = sizes.reduce((product, size) => product * size, 1)
  let left = index
  for (const size of sizes) {
    stride /= size
    place += (left % size) * stride
    left = Math.floor(left / size)
  }
  return place
}

async function readBytes(file: WatchedFile, handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, at + done)
    if (bytesRead === 0) throw new DataFileError(`${file.path}: the file is cut short`)
    done += bytesRead
  }
  return bytes
}
