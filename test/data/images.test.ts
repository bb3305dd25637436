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

describe('what the recipe takes', () => {
  const loadFor = async (source: string, shape: readonly number[]) => {
    const warnings: string[] = []
    const split = await loadDataset(source, { seed: 1, shape, warn: message => warnings.push(message) })
    return { ...split, warnings }
  }

  test('is the size and the channels of images, whatever they are kept in, and those that are stretched are told', async () => {
    const path = await folderOf('for-a-recipe', twoClasses(image(0, 'png'), image(255, 'jpeg', 8, 2)))
    const { train, warnings } = await loadFor(`images:${path}`, [3, 4, 3])
    expect(train.shape).toEqual([3, 4, 3])
    const expected = [...train.labels].flatMap(label => new Array(36).fill(label))
    expect([...inputsOf(train)]).toEqual(expected)
    expect(warnings).toEqual([
      `${path}: 5 of 10 images are stretched to 4x3, as the recipe says, such as white/0.jpg from 8x2`,
    ])
  })

  test('in colour becomes grey where it takes one channel', async () => {
    const path = await folderOf('grey-recipe', twoClasses(image(0, 'png'), image([255, 255, 255], 'png')))
    const { train, warnings } = await loadFor(`images:${path}`, [3, 4, 1])
    expect(train.shape).toEqual([3, 4, 1])
    expect(warnings).toEqual([])
  })

  test('does not outweigh what the source says, and says nothing where it takes no images', async () => {
    expect((await loadFor(`images:${plain}?size=5x6`, [3, 4, 3])).train.shape).toEqual([6, 5, 3])
    for (const shape of [[57], [3, 4, 2]])
      expect((await loadFor(`images:${plain}`, shape)).train.shape).toEqual([3, 4, 1])
  })
})

test('names of classes in different normal forms are one class', async () => {
  const [composed, decomposed] = ['é'.normalize('NFC'), 'é'.normalize('NFD')]
  const path = await folderOf('forms', {
    ...Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${composed}/${i}.png`, image(255, 'png')])),
    ...Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${decomposed}/${i}.png`, image(255, 'png')])),
    ...Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`a/${i}.png`, image(0, 'png')])),
  })
  const { train, test } = await load(`images:${path}`)
  expect(train).toMatchObject({ classes: 2, classNames: ['a', composed] })
  for (const { labels } of [train, test]) expect(labels.length).toBeGreaterThan(0)
  const all = [train, test].flatMap(dataset => [...dataset.labels])
  expect([all.filter(label => label === 1).length, all.length]).toEqual([10, 15])
})

describe('a folder with parts', () => {
  /** Images whose colour tells their part. */
  const part = (name: string, colour: number, ...classes: string[]) =>
    Object.fromEntries(classes.flatMap(each => [0, 1, 2].map(i => [`${name}/${each}/${i}.png`, image(colour, 'png')])))
  const colours = (dataset: { inputs: unknown }) =>
    [...new Set([...(dataset.inputs as Float32Array)].map(value => Math.round(value * 255)))].sort()

  test('keeps them: train to learn from, test to be judged by, with the classes of both', async () => {
    const path = await folderOf('parts', { ...part('train', 10, 'b', 'a'), ...part('Test', 20, 'a', 'c') })
    const { train, test } = await load(`images:${path}`)
    expect([train.classNames, test.classNames]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
    expect([colours(train), colours(test)]).toEqual([[10], [20]])
    expect([[...train.labels].sort(), [...test.labels].sort()]).toEqual([
      [0, 0, 0, 1, 1, 1],
      [0, 0, 0, 2, 2, 2],
    ])
    const few = await loadDataset(`images:${path}`, { seed: 1, samples: 2 })
    expect([few.train.labels.length, few.test.labels.length]).toEqual([2, 6])
  })

  test('is judged by what is for validation where there is no test, and leaves it out, with a word, where there is', async () => {
    const both = { ...part('train', 10, 'a', 'b'), ...part('val', 30, 'a', 'b') }
    const { train, test } = await load(`images:${await folderOf('validated', both)}`)
    expect([colours(train), colours(test)]).toEqual([[10], [30]])
    const path = await folderOf('all-parts', { ...both, ...part('test', 20, 'a', 'b') })
    const warnings: string[] = []
    const three = await load(`images:${path}`, { warn: message => warnings.push(message) })
    expect([colours(three.train), colours(three.test)]).toEqual([[10], [20]])
    expect(warnings).toEqual([`${path}: skipped 1 of 13 files: val/ (a part for validation, beside one for testing)`])
  })

  test('for training alone is split as any other, and folders that only are called so are classes', async () => {
    const { train, test } = await load(`images:${await folderOf('alone', part('train', 10, 'a', 'b'))}`)
    expect([train.labels.length, test.labels.length, train.classNames]).toEqual([5, 1, ['a', 'b']])
    const named = await folderOf('named', {
      ...Object.fromEntries([0, 1, 2].map(i => [`train/${i}.png`, image(0, 'png')])),
      ...Object.fromEntries([0, 1, 2].map(i => [`test/${i}.png`, image(0, 'png')])),
    })
    expect((await load(`images:${named}`)).train.classNames).toEqual(['test', 'train'])
  })

  test('without an image that can be read in one is refused', async () => {
    const empty = await folderOf('no-training', { ...part('test', 20, 'a', 'b'), 'train/a/note.txt': 'nothing yet' })
    await expect(load(`images:${empty}`)).rejects.toThrow('found no image for training that can be read')
    const untested = await folderOf('no-testing', { ...part('train', 20, 'a', 'b'), 'test/a/note.txt': 'nothing yet' })
    await expect(load(`images:${untested}`)).rejects.toThrow('found no image for testing that can be read')
  })
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
