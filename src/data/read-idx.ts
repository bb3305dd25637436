/**
 * The IDX format: two zero bytes, a byte for the type of the elements, one for the number of dimensions, and the size of
 * each as a big-endian 32-bit integer; the elements follow, last dimension fastest.
 *
 * @packageDocumentation
 */

import type { Readable } from 'node:stream'
import { IN_MEMORY_LIMIT_BYTES } from './constants.ts'
import type { Dataset } from './dataset.ts'
import { DataFileError } from './errors.ts'
import { createRowStore, type RowStore } from './row-store.ts'
import { unzipped } from './unzipped.ts'

export interface IdxFile {
  /** For messages. */
  readonly file: string
  /** Opens it; its bytes may be gzip or not. */
  readonly content: () => Readable
}

/**
 * Images as `[rows, columns, channels]` in [0, 1], with as many classes as the largest label tells.
 *
 * @param memoryLimitBytes of images beyond which they are kept in a file
 * @throws DataFileError
 */
export async function readIdx(
  images: IdxFile,
  labels: IdxFile,
  memoryLimitBytes = IN_MEMORY_LIMIT_BYTES,
): Promise<Dataset> {
  const sizes = { images: [0], labels: [0] }
  let store: RowStore | undefined
  try {
    await readElements(images, [3, 4], IMAGES, found => {
      sizes.images = found
      store = createRowStore({ element: 'uint8', width: product(found.slice(1)), limit: memoryLimitBytes })
      return store.append
    })
    const bytes: Uint8Array[] = []
    await readElements(labels, [1], 'labels (samples)', found => {
      sizes.labels = found
      return piece => bytes.push(piece)
    })
    const [count, ...shape] = sizes.images
    if (count !== sizes.labels[0]) {
      throw new DataFileError(
        `${images.file} holds ${count} images and ${labels.file} holds ${sizes.labels[0]} labels; expected as many of one as of the other`,
      )
    }
    if (store === undefined || product(sizes.images) === 0) {
      throw new DataFileError(`${images.file}: found no pixels; expected at least one image`)
    }
    const classes = Int32Array.from(Buffer.concat(bytes))
    return {
      name: `idx:${images.file},${labels.file}`,
      inputs: store.finish(),
      labels: classes,
      shape: shape.length === 2 ? [...shape, 1] : shape,
      classes: classes.reduce((max, label) => Math.max(max, label), 0) + 1,
    }
  } catch (error) {
    store?.discard()
    throw error
  }
}

const IMAGES = 'images (samples, rows, columns, and channels where there are several)'

function product(sizes: readonly number[]): number {
  return sizes.reduce((sofar, size) => sofar * size, 1)
}

/** The other element types of the format, by their code, to name them in refusing them. */
const OTHER_TYPES = new Map([
  [0x09, 'signed bytes'],
  [0x0b, '16-bit integers'],
  [0x0c, '32-bit integers'],
  [0x0d, '32-bit floats'],
  [0x0e, '64-bit floats'],
])

/** Header of a file with four dimensions, the most that are read. */
const LONGEST_HEADER_BYTES = headerBytes(4)

/**
 * Reads a file through.
 *
 * @param dimensions how many the file may have
 * @param onSizes called with the sizes; gives the function that takes the elements, piece after piece
 * @throws DataFileError where the header is another, or there are fewer or more elements than it says
 */
async function readElements(
  { file, content }: IdxFile,
  dimensions: readonly number[],
  what: string,
  onSizes: (sizes: number[]) => (piece: Uint8Array) => void,
): Promise<void> {
  let sizes: number[] | undefined
  let take: (piece: Uint8Array) => void = () => {}
  let read = 0
  let expected = 0
  for await (const piece of withStart(unzipped(content(), file), LONGEST_HEADER_BYTES)) {
    if (sizes === undefined) {
      sizes = readHeader(file, piece, dimensions, what)
      const header = headerBytes(sizes.length)
      expected = header + product(sizes)
      take = onSizes(sizes)
      take(piece.subarray(header, expected))
    } else {
      // Bytes beyond those expected are counted and not kept.
      take(piece.subarray(0, Math.max(0, expected - read)))
    }
    read += piece.length
  }
  if (read === expected) return
  const fault = read < expected ? 'the file is cut short' : 'something follows the elements'
  throw new DataFileError(
    `${file}: found ${read} bytes; expected ${expected}, for ${sizes?.join(' × ')} elements: ${fault}`,
  )
}

function headerBytes(dimensions: number): number {
  return 4 + 4 * dimensions
}

/** The same bytes, of which the first piece has at least so many, where there are so many; there always is a first piece. */
async function* withStart(pieces: AsyncIterable<Uint8Array>, least: number): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0)
  for await (const piece of pieces) {
    if (start === undefined) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    else {
      start = Buffer.concat([start, piece])
      if (start.length < least) continue
      yield start
      start = undefined
    }
  }
  if (start !== undefined) yield start
}

/** @returns the sizes */
function readHeader(file: string, start: Buffer, dimensions: readonly number[], what: string): number[] {
  if (start.length < 4 || start.readUInt16BE(0) !== 0) {
    const found = start.length === 0 ? 'an empty file' : `the bytes ${start.toString('hex', 0, 4)}`
    throw new DataFileError(`${file}: found ${found}; expected an IDX file, which starts with 0000`)
  }
  const type = start.readUInt8(2)
  if (type !== 0x08) {
    const found = OTHER_TYPES.get(type) ?? `the unknown type 0x${type.toString(16).padStart(2, '0')}`
    throw new DataFileError(`${file}: found elements that are ${found}; expected unsigned bytes (0x08)`)
  }
  const rank = start.readUInt8(3)
  if (!dimensions.includes(rank)) {
    throw new DataFileError(`${file}: found ${rank} dimensions; expected ${dimensions.join(' or ')}, for ${what}`)
  }
  const length = headerBytes(rank)
  if (start.length < length) {
    throw new DataFileError(
      `${file}: found ${start.length} bytes; expected a header of ${length}: the file is cut short`,
    )
  }
  return Array.from({ length: rank }, (_, i) => start.readUInt32BE(4 + 4 * i))
}
