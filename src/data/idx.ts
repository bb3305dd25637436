import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Dataset } from './dataset.ts'
import { DataFileError, SourceError } from './errors.ts'
import { readDataFile, unreadable } from './files.ts'
import type { DataSource } from './source.ts'
import { splitLastFifth } from './split.ts'

const FORM = 'idx:IMAGES,LABELS'

/** The IDX format of the MNIST files (Y. LeCun), gzip or not. The order of the files is kept. */
export const idx: DataSource = {
  form: `${FORM} or idx:DIR`,
  async load(argument, { samples: limit }) {
    const [images, labels] = await findFiles(argument)
    const dataset = parseIdx(
      { file: images, content: await readUnzipped(images) },
      { file: labels, content: await readUnzipped(labels) },
    )
    return splitLastFifth(dataset, limit)
  },
}

interface IdxFile {
  /** For messages. */
  readonly file: string
  /** Not compressed. */
  readonly content: Uint8Array
}

/**
 * Images as `[rows, columns, channels]` in [0, 1], with as many classes as the largest label tells.
 *
 * @throws DataFileError
 */
export function parseIdx(images: IdxFile, labels: IdxFile): Dataset {
  const pixels = parseBytes(images, [3, 4], 'images (samples, rows, columns, and channels where there are several)')
  const classes = parseBytes(labels, [1], 'labels (samples)')
  const [imageCount, rows, columns, channels = 1] = pixels.sizes as [number, number, number, number?]
  const [labelCount] = classes.sizes as [number]
  if (imageCount !== labelCount) {
    throw new DataFileError(
      `${images.file} holds ${imageCount} images and ${labels.file} holds ${labelCount} labels; expected as many of one as of the other`,
    )
  }
  if (pixels.bytes.length === 0) throw new DataFileError(`${images.file}: found no pixels; expected at least one image`)
  const largest = classes.bytes.reduce((max, label) => Math.max(max, label), 0)
  if (largest === 0) throw new DataFileError(`${labels.file}: every label is 0; expected at least 2 classes`)
  const inputs = new Float32Array(pixels.bytes.length)
  for (let i = 0; i < inputs.length; i++) inputs[i] = (pixels.bytes[i] as number) / 255
  return {
    name: `idx:${images.file},${labels.file}`,
    inputs,
    labels: Int32Array.from(classes.bytes),
    shape: [rows, columns, channels],
    classes: largest + 1,
  }
}

/** The other element types of the format, by their code, to name them in refusing them. */
const OTHER_TYPES = new Map([
  [0x09, 'signed bytes'],
  [0x0b, '16-bit integers'],
  [0x0c, '32-bit integers'],
  [0x0d, '32-bit floats'],
  [0x0e, '64-bit floats'],
])

/**
 * The header is two zero bytes, a byte for the type of the elements, one for the number of dimensions, and the size of
 * each as a big-endian 32-bit integer; the elements follow, last dimension fastest.
 */
function parseBytes(
  { file, content }: IdxFile,
  dimensions: readonly number[],
  what: string,
): { sizes: number[]; bytes: Uint8Array } {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  if (content.length < 4 || view.getUint16(0) !== 0) {
    const found =
      content.length === 0 ? 'an empty file' : `the bytes ${Buffer.from(content.subarray(0, 4)).toString('hex')}`
    throw new DataFileError(`${file}: found ${found}; expected an IDX file, which starts with 0000`)
  }
  const type = view.getUint8(2)
  if (type !== 0x08) {
    const found = OTHER_TYPES.get(type) ?? `the unknown type 0x${type.toString(16).padStart(2, '0')}`
    throw new DataFileError(`${file}: found elements that are ${found}; expected unsigned bytes (0x08)`)
  }
  const rank = view.getUint8(3)
  if (!dimensions.includes(rank)) {
    throw new DataFileError(`${file}: found ${rank} dimensions; expected ${dimensions.join(' or ')}, for ${what}`)
  }
  const start = 4 + 4 * rank
  if (content.length < start) {
    throw new DataFileError(
      `${file}: found ${content.length} bytes; expected a header of ${start}: the file is cut short`,
    )
  }
  const sizes = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const expected = start + sizes.reduce((product, size) => product * size, 1)
  if (content.length !== expected) {
    const fault = content.length < expected ? 'the file is cut short' : 'something follows the elements'
    throw new DataFileError(
      `${file}: found ${content.length} bytes; expected ${expected}, for ${sizes.join(' × ')} elements: ${fault}`,
    )
  }
  return { sizes, bytes: content.subarray(start) }
}

async function readUnzipped(file: string): Promise<Uint8Array> {
  const content = await readDataFile(file)
  // By its first bytes, not its name: some mirrors unpack on the way and keep the name.
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content
  try {
    return await promisify(gunzip)(content)
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    throw new DataFileError(`${file}: the gzip file is damaged or cut short (${fault})`, { cause: error })
  }
}

/** `IMAGES,LABELS`, or a folder with one of each. */
async function findFiles(argument: string): Promise<[images: string, labels: string]> {
  const parts = argument.split(',')
  if (parts.includes('') || parts.length > 2) {
    throw new SourceError(
      `"idx:${argument}" names ${argument === '' ? 'no files' : 'not two files'}; expected ${idx.form}`,
    )
  }
  if (parts.length === 2) return parts as [string, string]
  const isFolder = await stat(argument).then(
    found => found.isDirectory(),
    error => {
      throw unreadable(argument, error)
    },
  )
  if (!isFolder) throw new SourceError(`"idx:${argument}" names one file; expected ${idx.form}`)
  const names = (await readdir(argument)).sort()
  const only = (what: string, pattern: RegExp, form: string) => {
    const found = names.filter(name => pattern.test(name))
    if (found.length === 1) return join(argument, found[0] as string)
    const list = found.length === 0 ? 'none' : found.join(' and ')
    throw new DataFileError(
      `${argument}: expected one file of ${what}, named ${form}; found ${list}. Name both: ${FORM}`,
    )
  }
  return [only('images', /images.*idx[34]/i, '*images*idx3*'), only('labels', /labels.*idx1/i, '*labels*idx1*')]
}
