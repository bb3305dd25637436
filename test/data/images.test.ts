import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()

type Kind = 'png' | 'jpeg'

/** An image of one colour, kept in shades of grey where it is one number. */
async function image(colour: number | [number, number, number], kind: Kind, width = 4, height = 3): Promise<Buffer> {
  const [channels, pixel] = typeof colour === 'number' ? ([1, [colour]] as const) : ([3, colour] as const)
  const raw = Buffer.from(Array.from({ length: width * height }, () => pixel).flat())
  const made = sharp(raw, { raw: { width, height, channels } })
  return await (channels === 1 ? made.toColourspace('b-w') : made)[kind]().toBuffer()
}

/** A new folder with these files in it, by their paths; returns its own. */
async function folderOf(name: string, files: Readonly<Record<string, Promise<Buffer> | string>>): Promise<string> {
  const path = join(folder.path, name)
  mkdirSync(path)
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true })
    writeFileSync(join(path, file), await content)
  }
  return path
}

/** Twice five images of one class each, black and white. */
const twoClasses = (black: Promise<Buffer>, white: Promise<Buffer>) =>
  Object.fromEntries(
    Array.from({ length: 5 }, (_, i) => [
      [`black/${i}.png`, black] as const,
      [`white/${i}.jpg`, white] as const,
    ]).flat(),
  )

const load = (source: string, options: { strict?: boolean; warn?: (message: string) => void } = {}) =>
  loadDataset(source, { seed: 1, ...options })

let plain: string
beforeAll(async () => {
  plain = await folderOf('plain', twoClasses(image(0, 'png'), image(255, 'jpeg')))
})

test('each folder is a class, and pixels are numbers in [0, 1]', async () => {
  const { train, test } = await load(`images:${plain}`)
  expect(train).toMatchObject({ shape: [3, 4, 1], classes: 2, classNames: ['black', 'white'] })
  expect([train.labels.length, test.labels.length]).toEqual([8, 2])
  for (const dataset of [train, test]) {
    const inputs = inputsOf(dataset)
    const expected = [...dataset.labels].flatMap(label => new Array(12).fill(label))
    expect([...inputs]).toEqual(expected)
  }
})

test('the order is drawn from the seed', async () => {
  const order = async (seed: number) => [...(await loadDataset(`images:${plain}`, { seed })).train.labels].join('')
  expect(await order(3)).toBe(await order(3))
  expect(new Set([await order(1), await order(2), await order(3), await order(4)]).size).toBeGreaterThan(1)
})

test('images in colour have three channels, and one in colour gives three to all', async () => {
  const colours = twoClasses(image(0, 'png'), image([255, 0, 0], 'png'))
  const path = await folderOf('colours', colours)
  const { train } = await load(`images:${path}`)
  expect(train.shape).toEqual([3, 4, 3])
  const white = train.labels.indexOf(1)
  expect([...inputsOf(train).subarray(white * 36, white * 36 + 6)]).toEqual([1, 0, 0, 1, 0, 0])
  expect((await load(`images:${path}?channels=1`)).train.shape).toEqual([3, 4, 1])
})

test('images of different sizes need to be told one, to which they are stretched', async () => {
  const path = await folderOf('sizes', twoClasses(image(0, 'png'), image(255, 'jpeg', 8, 2)))
  await expect(load(`images:${path}`)).rejects.toThrow(
    `${path}: black/0.png is 4x3 and white/0.jpg is 8x2; say to which size all are to be stretched, such as ?size=32x32`,
  )
  const { train } = await load(`images:${path}?size=5x6`)
  expect(train.shape).toEqual([6, 5, 1])
  expect(inputsOf(train)).toHaveLength(8 * 30)
})

test('an image that is to be seen turned is turned', async () => {
  const raw = Buffer.from([255, 0, 0, 0, 0, 0, 0, 0])
  const turned = sharp(raw, { raw: { width: 4, height: 2, channels: 1 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer()
  const { train } = await load(`images:${await folderOf('turned', twoClasses(turned, turned))}`)
  expect(train.shape).toEqual([4, 2, 3])
  expect([...inputsOf(train).subarray(0, 12)]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
})

test('what is transparent is white', async () => {
  const clear = sharp({ create: { width: 2, height: 2, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toBuffer()
  const { train } = await load(`images:${await folderOf('clear', twoClasses(clear, clear))}`)
  expect(new Set(inputsOf(train))).toEqual(new Set([1]))
})

describe('what cannot be used', () => {
  let spoilt: string
  beforeAll(async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 }, (_, i) => (i * 7919) % 251))
    const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 1 } })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer()
    const small = image(0, 'png', 64, 64)
    spoilt = await folderOf('spoilt', {
      ...twoClasses(small, small),
      'black/cut.jpg': Promise.resolve(whole.subarray(0, whole.length / 2)),
      'black/notes.txt': 'about them',
      'black/deeper/1.png': small,
      'white/none.png': 'no image at all',
      'white/gif.png': sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
        .gif()
        .toBuffer(),
      'white/.hidden.png': 'hidden',
      '.thumbnails/a.png': 'hidden',
      'stray.png': small,
    })
    symlinkSync(join(spoilt, 'nowhere'), join(spoilt, 'white', 'link.png'))
  })

  test('is skipped, and told once with the names and the number', async () => {
    const heard: string[] = []
    const { train, test } = await load(`images:${spoilt}`, { warn: message => heard.push(message) })
    expect(train.labels.length + test.labels.length).toBe(10)
    expect(train.classNames).toEqual(['black', 'white'])
    expect(heard).toHaveLength(1)
    expect(heard[0]).toContain(`${spoilt}: skipped 7 of 17 files: `)
    for (const each of [
      'stray.png (it is in no folder of a class)',
      'black/deeper (a folder within a class)',
      'black/notes.txt (neither .png nor .jpg)',
      'black/cut.jpg (',
      'white/none.png (Input file contains unsupported image format',
      'white/gif.png (it holds gif, not PNG or JPEG)',
      'white/link.png (',
    ]) {
      expect(heard[0]).toContain(each)
    }
    expect(heard[0]).not.toContain('hidden')
  })

  test('is refused by its name where nothing may be skipped', async () => {
    const error = await load(`images:${spoilt}`, { strict: true }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toBe(`${spoilt}: stray.png: it is in no folder of a class`)
  })

  test('beyond ten is only counted', async () => {
    const heard: string[] = []
    const many = Array.from({ length: 12 }, (_, i) => [`black/bad${String(i).padStart(2, '0')}.png`, 'bad'] as const)
    const files = { ...twoClasses(image(0, 'png'), image(9, 'png')), ...Object.fromEntries(many) }
    await load(`images:${await folderOf('many', files)}`, { warn: message => heard.push(message) })
    expect(heard[0]).toMatch(/skipped 12 of 22 files: .*bad09\.png \([^)]*\), and 2 more$/)
  })
})

test('a folder without folders, a file, and folders without images are refused', async () => {
  const flat = await folderOf('flat', { 'a.png': image(0, 'png') })
  await expect(load(`images:${flat}`)).rejects.toThrow(`${flat}: found no folders in it; expected one per class`)
  await expect(load(`images:${flat}/a.png`)).rejects.toThrow('a.png: this is a file; expected a folder')
  const none = await folderOf('none', { 'a/readme.txt': 'none', 'b/readme.txt': 'none' })
  await expect(load(`images:${none}`)).rejects.toThrow(`${none}: found no image that can be read; expected PNG or JPEG`)
  await expect(load(`images:${none}/nowhere`)).rejects.toThrow('nowhere: there is no such file')
})

test.each([
  ['images:', 'names no folder; expected images:DIR'],
  ['images:a?size=32', 'says size=32; expected width and height in pixels, such as size=32x32'],
  ['images:a?size=0x3', 'says size=0x3; expected width and height'],
  ['images:a?channels=2', 'says channels=2; expected channels=1 (grey) or channels=3 (colour)'],
  ['images:a?colour=1', 'unknown parameter "colour"'],
  ['images:a?size=1x1&size=2x2', 'says size twice'],
])('the source "%s" is refused: %s', async (source, message) => {
  await expect(load(source)).rejects.toThrow(message)
})
