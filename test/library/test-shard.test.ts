import { expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { testShardOf } from '../../src/library/fit-data.ts'

const seven: Dataset = {
  name: 'seven',
  inputs: Float32Array.from({ length: 7 }, (_, i) => i),
  labels: new Int32Array(7),
  shape: [1],
  classes: 2,
}

test('peers that split a dataset have every test sample between them, and each once', () => {
  const parts = [0, 1, 2].map(index => [...(testShardOf(seven, { index, of: 3 }).inputs as Float32Array)])
  expect(parts).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ])
})

test('with more peers than test samples each still has one', () => {
  expect([...(testShardOf(seven, { index: 9, of: 10 }).inputs as Float32Array)]).toEqual([2])
})
