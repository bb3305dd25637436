/**
 * Files of data that are not as they were written: each is read, or refused in words that a person can do something with. What is drawn is
 * drawn from one seed, so that every run looks at the same files.
 *
 * @packageDocumentation
 */

import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ImageDecoder, loadImageDecoder } from '../../src/data/image-decoder.ts'
import { readIdx } from '../../src/data/read-idx.ts'
import { UsageError } from '../../src/errors.ts'
import { createRandom, type Random } from '../../src/random/random.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()

/** The longest that a file of some hundred bytes may be read for, in milliseconds. */
const HANG_MS = 10_000

const MUTATIONS: Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>> = {
  'a bit is flipped': (bytes, random) => {
    bytes[random.integer(bytes.length)] ^= 1 << random.integer(8)
    return bytes
  },
  'a byte is another': (bytes, random) => bytes.fill(random.integer(256), random.integer(bytes.length)).subarray(0),
  'its end is missing': (bytes, random) => bytes.subarray(0, random.integer(bytes.length)),
  'something follows it': (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random.integer(99), 0xa5)]),
  'a part is missing': (bytes, random) => {
    const start = random.integer(bytes.length)
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + 1 + random.integer(8))])
  },
  'a part is there twice': (bytes, random) => {
    const start = random.integer(bytes.length)
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(Math.max(0, start - random.integer(32)))])
  },
  'a length is huge': (bytes, random) => {
    bytes.writeUInt32BE(0x7fff_ffff, random.integer(bytes.length - 3))
    return bytes
  },
}

/** @returns how many were read, and how many refused */
async function damage(
  files: readonly Buffer[],
  read: (bytes: Buffer, name: string) => Promise<unknown>,
  each: number,
): Promise<{ read: number; refused: number }> {
  const found = { read: 0, refused: 0 }
  for (const [what, mutate] of Object.entries(MUTATIONS)) {
    const random = createRandom(`damaged files: ${what}`)
    for (let i = 0; i < each; i++) {
      const bytes = mutate(Buffer.from(files[i % files.length]), random)
      try {
        await read(bytes, `${what} ${i}`)
        found.read++
      } catch (error) {
        expect(error, `${what}, file ${i}`).toBeInstanceOf(UsageError)
        expect((error as Error).message.length, `${what}, file ${i}`).toBeGreaterThan(10)
        found.refused++
      }
    }
  }
  return found
}

describe('of damaged files', () => {
  test('those of IDX are read or refused, packed or not', { timeout: HANG_MS }, async () => {
    const images = Buffer.from([
      0,
      0,
      8,
      3,
      0,
      0,
      0,
      4,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      3,
      ...Array.from({ length: 24 }, (_, i) => i),
    ])
    const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 4, 3, 0, 1, 2])
    const parse = (bytes: Buffer) =>
      readIdx(
        { file: 'images', content: () => Readable.from([bytes]) },
        { file: 'labels', content: () => Readable.from([labels]) },
      )
    const { read, refused } = await damage([images, gzipSync(images)], parse, 120)
    expect(read).toBeGreaterThan(20)
    expect(refused).toBeGreaterThan(300)
  })

  test('of labels, packed, as well', { timeout: HANG_MS }, async () => {
    const images = Buffer.from([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4])
    const labels = gzipSync(Buffer.from([0, 0, 8, 1, 0, 0, 0, 4, 3, 0, 1, 2]))
    const parse = (bytes: Buffer) =>
      readIdx(
        { file: 'images', content: () => Readable.from([images]) },
        { file: 'labels', content: () => Readable.from([bytes]) },
      )
    expect((await damage([labels], parse, 80)).refused).toBeGreaterThan(200)
  })

  describe('images', () => {
    let decoder: ImageDecoder
    beforeAll(async () => {
      decoder = await loadImageDecoder()
    })

    /** Noise, so that nearly every byte of the file matters. */
    const picture = (channels: 1 | 3) => {
      const random = createRandom(`a picture of ${channels}`)
      const raw = Buffer.from(Array.from({ length: 8 * 6 * channels }, () => random.integer(256)))
      return sharp(raw, { raw: { width: 8, height: 6, channels } })
    }

    test.for(['png', 'jpeg'] as const)(
      'of %s are decoded in their form, or refused',
      { timeout: 6 * HANG_MS },
      async kind => {
        const files = [await picture(1).toColourspace('b-w')[kind]().toBuffer(), await picture(3)[kind]().toBuffer()]
        const decode = async (bytes: Buffer) => {
          const path = folder.write(`damaged.${kind}`, bytes)
          const { channels } = await decoder.form(path)
          // The form of a dataset is that of its images; a damaged one is brought to it, or refused.
          const pixels = await decoder.decode(path, { width: 8, height: 6, channels })
          expect(pixels).toHaveLength(8 * 6 * channels)
        }
        const { read, refused } = await damage(files, decode, 40)
        expect(read).toBeGreaterThan(10)
        expect(refused).toBeGreaterThan(60)
      },
    )
  })
})
