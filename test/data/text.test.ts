import { expect, test } from 'vitest'
import { samples, targets } from '../../src/data/dataset.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()
const load = (source: string, limit?: number) => loadDataset(source, { seed: 1, ...(limit && { samples: limit }) })

test('a sample is so many characters in a row, and its labels are their successors', async () => {
  const file = folder.write('abc.txt', 'abcd'.repeat(25))
  const { train, test } = await load(`text:${file}?context=4`)
  expect(train).toMatchObject({ name: `text:${file}`, shape: [4], targets: 4, classes: 4 })
  expect(train.classNames).toEqual(['a', 'b', 'c', 'd'])
  // 90 characters, of which the last has no successor within them.
  expect(samples(train)).toBe(22)
  expect(samples(test)).toBe(2)
  expect(inputsOf(train)).toEqual(Float32Array.from({ length: 88 }, (_, i) => i % 4))
  expect(train.labels).toEqual(Int32Array.from({ length: 88 }, (_, i) => (i + 1) % 4))
  expect(inputsOf(test)).toEqual(Float32Array.from({ length: 8 }, (_, i) => (i + 90) % 4))
})

test('characters are whole, however many units they take, and sorted by their code points', async () => {
  const file = folder.write('faces.txt', `\ufeff${'𝒳z😀é'.repeat(10)}`)
  const { train } = await load(`text:${file}?context=2`)
  expect(train.classNames).toEqual(['z', 'é', '𝒳', '😀'])
  expect([...inputsOf(train).subarray(0, 4)]).toEqual([2, 0, 3, 1])
})

test('no sample of the training part reaches into the test part', async () => {
  const file = folder.write('parts.txt', `${'a'.repeat(45)}${'b'.repeat(45)}${'z'.repeat(10)}`)
  const { train, test } = await load(`text:${file}?context=5`)
  const z = train.classNames?.indexOf('z')
  expect([...train.labels]).not.toContain(z)
  expect(new Set(inputsOf(test))).toEqual(new Set([z]))
})

test('fewer samples are the first ones, with the characters of all', async () => {
  const file = folder.write('few.txt', `${'ab'.repeat(50)}${'c'.repeat(12)}`)
  const { train, test } = await load(`text:${file}?context=4`, 3)
  expect(samples(train)).toBe(3)
  expect(train.classes).toBe(3)
  expect(samples(test)).toBeGreaterThan(0)
})

test('the context is 64 where nothing else is said, and may be 1', async () => {
  const file = folder.write('long.txt', 'hello world '.repeat(100))
  expect((await load(`text:${file}`)).train.shape).toEqual([64])
  const { train } = await load(`text:${file}?context=1`)
  expect(targets(train)).toBe(1)
  expect(train.targets).toBe(1)
})

test.each([
  ['an empty file', '', 'the file is empty; expected text'],
  ['a byte-order mark alone', '\ufeff', 'found 0 characters; expected at least 650'],
  ['a short text', 'abc'.repeat(200), 'found 600 characters; expected at least 650 for a context of 64'],
  ['one character over and over', 'a'.repeat(1_000), 'every character is "a"; expected two at least'],
  ['Latin-1', Uint8Array.of(0x66, 0xfc, 0x72), 'this is not UTF-8; expected text in UTF-8'],
  ['zeros', Uint8Array.of(0x66, 0, 0x72), 'found a character of code 0; expected text'],
])('%s is refused', async (name, content, message) => {
  const file = folder.write(`${name}.txt`, content)
  const error = await load(`text:${file}`).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(UsageError)
  expect((error as Error).message).toContain(`${file}: ${message}`)
})

test.each([
  ['text:', 'names no file; expected text:FILE'],
  ['text:a?context=0', 'says context=0; expected a whole number of characters'],
  ['text:a?context=x', 'says context=x'],
  ['text:nowhere.txt', 'nowhere.txt: there is no such file'],
])('the source "%s" is refused: %s', async (source, message) => {
  await expect(load(source)).rejects.toThrow(message)
})
