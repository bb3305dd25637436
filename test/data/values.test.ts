import { expect, test } from 'vitest'
import { checkDataset, checkSplit } from '../../src/data/check-dataset.ts'
import { type Dataset, gather, isRegression, outputs, samples, subset } from '../../src/data/dataset.ts'
import { UsageError } from '../../src/errors.ts'
import { shardsOf } from '../../src/library/fit-data.ts'
import { shareDataset } from '../../src/training/remote/share-dataset.ts'

const dataset: Dataset = {
  name: 'house prices',
  inputs: Float32Array.of(0, 1, 2, 3),
  labels: new Int32Array(0),
  values: Float32Array.of(100, 1, 200, 2, 300, 3, 400, 4),
  outputs: 2,
  valueMap: { shift: Float64Array.of(250, 0), scale: Float64Array.of(50, 2) },
  shape: [1],
  classes: 0,
}

function gathered(from: Dataset, ...indices: number[]): number[] {
  const values = new Float32Array(indices.length * outputs(from))
  gather(from, Int32Array.from(indices), new Float32Array(indices.length), new Int32Array(indices.length), values)
  return [...values]
}

test('values are read as their map makes them, whatever the batch', () => {
  expect({ samples: samples(dataset), outputs: outputs(dataset), regression: isRegression(dataset) }).toEqual({
    samples: 4,
    outputs: 2,
    regression: true,
  })
  expect(gathered(dataset, 3, 0)).toEqual([3, 2, -3, 0.5])
  expect(gathered({ ...dataset, valueMap: undefined }, 1)).toEqual([200, 2])
})

test('a subset has the values of its samples as they are, and the same map', () => {
  const picked = subset(dataset, Int32Array.of(2, 2, 1))
  expect(picked.values).toEqual(Float32Array.of(300, 3, 300, 3, 200, 2))
  expect(picked.labels).toHaveLength(0)
  expect(samples(picked)).toBe(3)
  expect(gathered(picked, 0)).toEqual([1, 1.5])
  expect(() => subset(dataset, Int32Array.of(4))).toThrow('house prices has 4 samples and none at 4')
})

test('values lie in shared memory with the rest', () => {
  const shared = shareDataset(dataset)
  expect(shared.values?.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(gathered(shared, 1)).toEqual(gathered(dataset, 1))
})

test('every sample is dealt to somebody, by partitions that need no classes', () => {
  const many = { ...dataset, inputs: new Float32Array(90), values: Float32Array.from({ length: 180 }, (_, i) => i) }
  for (const partition of ['iid', 'quantity:0.5']) {
    const shards = shardsOf(many, { of: 3, partition, seed: 1 })
    const all = shards.flatMap(shard => [...(shard.values ?? [])]).sort((a, b) => a - b)
    expect(all).toEqual([...many.values])
  }
})

test.each(['dirichlet:0.5', 'shards:2', 'sorted'])('the partition %s is refused by name', partition => {
  const deal = () => shardsOf(dataset, { of: 2, partition, seed: 1 })
  expect(deal).toThrow(UsageError)
  expect(deal).toThrow(`the partition ${partition} goes by classes, and house prices has measured values; take iid`)
})

const inputs = new Float32Array(4)
const given = { inputs, values: new Float32Array(4), shape: [1] }

test("a module's dataset with values is one of one output, and has no labels", () => {
  expect(checkDataset(given, 'm.mjs', '')).toMatchObject({ outputs: 1, classes: 0, labels: new Int32Array(0) })
  expect(checkDataset({ ...given, labels: new Int32Array(0), classes: 0 }, 'm.mjs', '').classes).toBe(0)
  const split = checkSplit(
    {
      train: { ...given, outputs: 2, inputs: inputs.subarray(2) },
      test: { ...given, outputs: 2, inputs: inputs.subarray(2) },
    },
    'm.mjs',
  )
  expect(samples(split.test)).toBe(2)
})

test.each([
  ['values: found 4 numbers; expected 3 for each sample', { ...given, outputs: 3 }],
  ['inputs: found 4 numbers; expected 2 samples, as there are values', { ...given, outputs: 2 }],
  ['values.1: found NaN; expected a finite number', { ...given, values: Float32Array.of(1, Number.NaN, 3, 4) }],
  ['classes: found beside values', { ...given, classes: 3 }],
  ['labels: found beside values', { ...given, labels: new Int32Array(4) }],
  ['outputs: found without values', { inputs, labels: new Int32Array(4), classes: 2, shape: [1], outputs: 1 }],
  [
    'valueMap.scale: found 2 numbers; expected 1',
    { ...given, valueMap: { shift: new Float64Array(1), scale: new Float64Array(2) } },
  ],
  ['labels: expected an Int32Array', { inputs, classes: 2, shape: [1] }],
  ['classes: expected a whole number of at least 1', { inputs, labels: new Int32Array(4), shape: [1] }],
])('refused: %s', (message, dataset) => {
  expect(() => checkDataset(dataset, 'm.mjs', '')).toThrow(`m.mjs, field ${message}`)
})

test('a test part of another number of values is refused', () => {
  const two = { ...given, outputs: 2, inputs: inputs.subarray(2) }
  expect(() => checkSplit({ train: given, test: two }, 'm.mjs')).toThrow('field test.outputs: found 2; expected 1')
})
