import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readIdx } from '../../src/data/read-idx.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()

function idxBytes(sizes: number[], elements: number[], type = 0x08): Uint8Array {
  const header = Buffer.alloc(4 + 4 * sizes.length)
  header.set([0, 0, type, sizes.length])
  sizes.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i)
  })
  return Buffer.concat([header, Buffer.from(elements)])
}

const COUNT = 10
const IMAGES = idxBytes(
  [COUNT, 2, 3],
  Array.from({ length: COUNT * 6 }, (_, i) => i * 4),
)
const LABELS = idxBytes([COUNT], [3, 0, 1, 2, 3, 0, 1, 2, 3, 0])
const parse = (images: Uint8Array, labels: Uint8Array) =>
  readIdx(
    { file: 'images', content: () => Readable.from([images]) },
    { file: 'labels', content: () => Readable.from([labels]) },
  )

test('bytes become numbers in [0, 1], images of one channel, and classes up to the largest label', async () => {
  const dataset = await parse(IMAGES, LABELS)
  expect(dataset.shape).toEqual([2, 3, 1])
  expect(dataset.classes).toBe(4)
  expect([...dataset.labels]).toEqual([3, 0, 1, 2, 3, 0, 1, 2, 3, 0])
  inputsOf(dataset).forEach((value, i) => {
    expect(value).toBe(Math.fround((i * 4) / 255))
  })
})

test('a fourth dimension is the channels', async () => {
  expect((await parse(idxBytes([2, 2, 1, 3], Array(12).fill(9)), idxBytes([2], [0, 1]))).shape).toEqual([2, 1, 3])
})

test('plain and gzip files give the same split', async () => {
  const plain = `idx:${folder.write('i', IMAGES)},${folder.write('l', LABELS)}`
  // Named as if it were not compressed: the content decides.
  const zipped = `idx:${folder.write('iz', gzipSync(IMAGES))},${folder.write('lz', gzipSync(LABELS))}`
  const { train, test } = await loadDataset(plain, { seed: 1 })
  expect(test.labels).toHaveLength(2)
  const other = await loadDataset(zipped, { seed: 1 })
  expect(inputsOf(other.train)).toEqual(inputsOf(train))
  expect(inputsOf(other.test)).toEqual(inputsOf(test))
})

test('files that are sorted by class have every class in either part, in an order that is the seed’s', async () => {
  const [each, classes] = [40, 5]
  const sorted = Array.from({ length: each * classes }, (_, i) => Math.floor(i / each))
  const images = folder.write(
    'sorted-images',
    idxBytes(
      [sorted.length, 1, 2],
      sorted.flatMap((label, i) => [label, i]),
    ),
  )
  const labels = folder.write('sorted-labels', idxBytes([sorted.length], sorted))
  const load = (seed: number) => loadDataset(`idx:${images},${labels}`, { seed })
  const { train, test } = await load(1)
  for (const part of [train, test]) expect(new Set(part.labels)).toEqual(new Set([0, 1, 2, 3, 4]))
  // Images go with their labels.
  const inputs = inputsOf(test)
  expect([...test.labels]).toEqual(Array.from(test.labels, (_, i) => Math.round(inputs[2 * i] * 255)))
  expect((await load(1)).test.labels).toEqual(test.labels)
  expect(inputsOf((await load(2)).test)).not.toEqual(inputs)
})

test.each([
  [
    'an empty file',
    Buffer.alloc(0),
    LABELS,
    'images: found an empty file; expected an IDX file, which starts with 0000',
  ],
  ['another format', Buffer.from('%PDF-1.4'), LABELS, 'images: found the bytes 25504446; expected an IDX file'],
  [
    'floats',
    idxBytes([COUNT, 2, 3], [], 0x0d),
    LABELS,
    'images: found elements that are 32-bit floats; expected unsigned bytes (0x08)',
  ],
  [
    'an unknown type',
    idxBytes([COUNT, 2, 3], [], 0x01),
    LABELS,
    'images: found elements that are the unknown type 0x01; expected unsigned bytes (0x08)',
  ],
  ['labels in place of images', LABELS, LABELS, 'images: found 1 dimensions; expected 3 or 4, for images'],
  ['images in place of labels', IMAGES, IMAGES, 'labels: found 3 dimensions; expected 1, for labels'],
  [
    'half a header',
    IMAGES.subarray(0, 10),
    LABELS,
    'images: found 10 bytes; expected a header of 16: the file is cut short',
  ],
  [
    'too few bytes',
    IMAGES.subarray(0, 40),
    LABELS,
    'images: found 40 bytes; expected 76, for 10 × 2 × 3 elements: the file is cut short',
  ],
  [
    'too many bytes',
    IMAGES,
    Buffer.concat([LABELS, Buffer.of(1)]),
    'labels: found 19 bytes; expected 18, for 10 elements: something follows the elements',
  ],
  [
    'sizes that no file could hold',
    idxBytes([0xffffffff, 0xffffffff, 0xffffffff], [1]),
    LABELS,
    'images: found 17 bytes; expected',
  ],
  [
    'unequal counts',
    IMAGES,
    idxBytes([3], [0, 1, 2]),
    'images holds 10 images and labels holds 3 labels; expected as many of one as of the other',
  ],
  ['no images', idxBytes([0, 28, 28], []), idxBytes([0], []), 'images: found no pixels; expected at least one image'],
])('%s: refused, with what was found and expected', async (_, images, labels, message) => {
  const fault = await parse(images, labels).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(UsageError)
  expect((fault as Error).message).toContain(message)
})

test('a damaged gzip file is named', async () => {
  const cut = folder.write('cut.gz', gzipSync(IMAGES).subarray(0, 30))
  const labels = folder.write('labels', LABELS)
  await expect(loadDataset(`idx:${cut},${labels}`, { seed: 1 })).rejects.toThrow(
    `${cut}: the gzip file is damaged or cut short`,
  )
})

test('a folder with one file of images and one of labels is enough', async () => {
  mkdirSync(join(folder.path, 'good'))
  folder.write('good/train-images-idx3-ubyte.gz', gzipSync(IMAGES))
  folder.write('good/train-labels.idx1-ubyte', LABELS)
  folder.write('good/README.md', 'about the images')
  const { train } = await loadDataset(`idx:${join(folder.path, 'good')}`, { seed: 1 })
  expect(train.labels).toHaveLength(8)
})

test('a folder with two files of images, or with none of labels, says so and how to go on', async () => {
  const path = join(folder.path, 'bad')
  mkdirSync(path)
  folder.write('bad/t10k-images-idx3-ubyte', IMAGES)
  await expect(loadDataset(`idx:${path}`, { seed: 1 })).rejects.toThrow(
    `${path}: expected one file of labels, named *labels*idx1*; found none. Name both: idx:IMAGES,LABELS`,
  )
  folder.write('bad/train-images-idx3-ubyte', IMAGES)
  await expect(loadDataset(`idx:${path}`, { seed: 1 })).rejects.toThrow(
    'found t10k-images-idx3-ubyte and train-images-idx3-ubyte. Name both: idx:IMAGES,LABELS',
  )
})

test('one file alone is refused', async () => {
  const file = folder.write('alone', IMAGES)
  await expect(loadDataset(`idx:${file}`, { seed: 1 })).rejects.toThrow(
    'names one file; expected idx:IMAGES,LABELS or idx:DIR',
  )
})

test("one class is enough, as a peer may hold no more of the swarm's", async () => {
  expect((await parse(IMAGES, idxBytes([COUNT], Array(COUNT).fill(0)))).classes).toBe(1)
})

test('files that come in pieces are read as one', async () => {
  const inPieces = (bytes: Uint8Array) => () => Readable.from(Array.from(bytes, byte => Buffer.of(byte)))
  for (const pack of [(bytes: Uint8Array) => bytes, gzipSync]) {
    const images = { file: 'images', content: inPieces(pack(IMAGES)) }
    expect(await readIdx(images, { file: 'labels', content: inPieces(pack(LABELS)) })).toEqual(
      await parse(IMAGES, LABELS),
    )
  }
})
