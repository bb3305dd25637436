import { expect, test } from 'vitest'
import { loadDataset } from '../../src/data/sources.ts'
import { inputsOf } from './inputs-of.ts'
import { missingData, realData } from './real-data.ts'

test('MNIST-10k gives 8,000 digits for training and 2,000 for testing, of all classes', async context => {
  const folder = realData('mnist-10k')
  if (folder === undefined) return context.skip(missingData('mnist-10k'))
  const { train, test } = await loadDataset(`idx:${folder}`, { seed: 1 })
  expect(train.labels).toHaveLength(8_000)
  expect(test.labels).toHaveLength(2_000)
  expect(train.shape).toEqual([28, 28, 1])
  expect(train.classes).toBe(10)
  expect(new Set(test.labels).size).toBe(10)
  const counts = new Array(10).fill(0)
  for (const label of [...train.labels, ...test.labels]) counts[label]++
  expect(Math.min(...counts)).toBe(892)
  expect(Math.max(...counts)).toBe(1_135)
  expect(inputsOf(train).reduce((max, value) => Math.max(max, value), 0)).toBe(1)
})

test('MNIST-10k may be named by its two files, and cut to fewer training samples', async context => {
  const folder = realData('mnist-10k')
  if (folder === undefined) return context.skip(missingData('mnist-10k'))
  const source = `idx:${folder}/t10k-images-idx3-ubyte.gz,${folder}/t10k-labels-idx1-ubyte.gz`
  const { train, test } = await loadDataset(source, { seed: 1, samples: 300 })
  expect(train.labels).toHaveLength(300)
  expect(inputsOf(train)).toHaveLength(300 * 784)
  expect(test.labels).toHaveLength(2_000)
})

test('Spambase has 57 features, two classes, and both of them in either part', async context => {
  const file = realData('spambase/spambase.csv')
  if (file === undefined) return context.skip(missingData('spambase/spambase.csv'))
  const { train, test } = await loadDataset(`csv:${file}?header=no`, { seed: 42 })
  expect(train.labels.length + test.labels.length).toBe(4_601)
  expect(test.labels).toHaveLength(920)
  expect(train.shape).toEqual([57])
  expect(train.classes).toBe(2)
  const spam = [...train.labels, ...test.labels].reduce((sum, label) => sum + label, 0)
  expect(spam).toBe(1_813)
  const share = test.labels.reduce((sum, label) => sum + label, 0) / 920
  expect(share).toBeGreaterThan(0.34)
  expect(share).toBeLessThan(0.45)
})

test('Spambase has no header, which is seen', async context => {
  const file = realData('spambase/spambase.csv')
  if (file === undefined) return context.skip(missingData('spambase/spambase.csv'))
  const [seen, told] = [
    await loadDataset(`csv:${file}`, { seed: 42 }),
    await loadDataset(`csv:${file}?header=no`, { seed: 42 }),
  ]
  expect(seen.table?.dialect).toBe('rows without names')
  expect(seen.train.labels).toEqual(told.train.labels)
  expect(inputsOf(seen.test)).toEqual(inputsOf(told.test))
})
