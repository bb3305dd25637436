import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formsOf, SOURCES } from '../../src/catalogue.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()
const load = (source: string, samples?: number) => loadDataset(source, { seed: 1, ...(samples && { samples }) })

test.each(['mnist', '', 'constructor', 'CSV:x'])('the unknown source "%s" is refused in one line', async text => {
  const error = await load(text).catch(error => error)
  expect(error).toBeInstanceOf(UsageError)
  expect(error.name).toBe('SourceError')
  expect(error.message).toBe(`Unknown data source "${text}"; accepted: ${formsOf(SOURCES).join(', ')}`)
})

test.each([
  ['data.csv', 'csv:data.csv'],
  ['my.tsv.gz?label=a', 'csv:my.tsv.gz?label=a'],
  ['b.parquet', 'parquet:b.parquet'],
])('a file that is named alone, %s, is told what to type', async (text, meant) => {
  await expect(load(text)).rejects.toThrow(
    `Unknown data source "${text}" (did you mean "${meant}"?); accepted: digits,`,
  )
})

test.each([
  ['digits:7', 'digits takes no argument'],
  ['csv:', 'names no file; expected csv:FILE'],
  ['csv:?label=1', 'names no file; expected csv:FILE'],
  ['csv:a.csv?lable=1', 'unknown parameter "lable"; expected csv:FILE[?label=COLUMN&…]; did you mean label?'],
  ['csv:a.csv?header=false', 'header=false; expected header=yes or header=no'],
  ['idx:', 'names no files; expected idx:IMAGES,LABELS or idx:DIR'],
  ['idx:a,b,c', 'names not two files; expected idx:IMAGES,LABELS'],
  ['idx:a,', 'names not two files; expected idx:IMAGES,LABELS'],
])('the source "%s" is refused: %s', async (text, message) => {
  await expect(load(text)).rejects.toThrow(message)
  await expect(load(text)).rejects.toBeInstanceOf(UsageError)
})

test.each(['csv:FILE', 'idx:FILE', 'idx:FILE,FILE'])('%s with a path that does not exist names it', async form => {
  const path = join(folder.path, 'nowhere')
  await expect(load(form.replaceAll('FILE', path))).rejects.toThrow(`${path}: there is no such file`)
})

test('a folder where a file is expected is named', async () => {
  await expect(load(`csv:${folder.path}`)).rejects.toThrow(`${folder.path}: this is a folder; expected a file`)
})

test.each([0, -1, 1.5, Number.NaN])('%d samples are refused', async samples => {
  await expect(loadDataset('digits', { seed: 1, samples })).rejects.toThrow(
    `loadDataset: samples is ${samples}; it must be`,
  )
})

test('the last fifth is for testing, whatever the number of training samples', async () => {
  const rows = Array.from({ length: 23 }, (_, i) => `${i},${i % 2}`).join('\n')
  const source = `csv:${folder.write('fifth.csv', rows)}?header=no`
  const all = await load(source)
  expect([all.train.labels.length, all.test.labels.length]).toEqual([19, 4])
  const some = await load(source, 7)
  expect(inputsOf(some.train)).toEqual(inputsOf(all.train).subarray(0, 7))
  expect(some.test).toEqual(all.test)
})

test('a file of four samples is too small to split', async () => {
  const file = folder.write('four.csv', '1,0\n2,1\n3,0\n4,1\n')
  await expect(load(`csv:${file}?header=no`)).rejects.toThrow('found 4 samples; expected at least 5')
})
