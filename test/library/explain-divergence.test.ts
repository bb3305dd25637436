import { expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { explainDivergence } from '../../src/library/explain-divergence.ts'
import { TrainingDivergedError } from '../../src/training/errors.ts'

const error = new TrainingDivergedError("training diverged: this peer's parameters have a norm of 9.8e7")
const incomes: Dataset = {
  name: 'csv:people.csv',
  inputs: Float32Array.of(20, 20_000, 60, 105_000),
  labels: Int32Array.of(0, 1),
  shape: [2],
  featureNames: ['age', 'income'],
  classes: 2,
}

test('a divergence is told with the features that make it, and what to do', () => {
  const explained = explainDivergence(error, incomes)
  expect(explained).toBeInstanceOf(TrainingDivergedError)
  expect(explained.message).toBe(
    'training diverged: this peer\'s parameters have a norm of 9.8e7. In this peer\'s data "income" (20,000 to 105,000) is large ' +
      'beside others of about 44.7. Let the recipe (hearsay init) have --standardise; or else a smaller --learning-rate, and --clip-norm 1.',
  )
  expect(explained.cause).toBe(error)
})

test('a divergence on features that are all of one size is told without them', () => {
  const { message } = explainDivergence(error, { ...incomes, inputs: Float32Array.of(1, 2, 3, 4) })
  expect(message).toMatch(
    /9\.8e7\. Let the recipe \(hearsay init\) have a smaller --learning-rate, or --clip-norm 1\.$/,
  )
})

test('a divergence on values that are large, and learned as they are, is told with their size', () => {
  const prices: Dataset = {
    name: 'csv:houses.csv',
    inputs: Float32Array.of(1, 2, 3, 4),
    labels: new Int32Array(0),
    values: Float32Array.of(-205_000, 120_000),
    outputs: 1,
    shape: [2],
    classes: 0,
  }
  expect(explainDivergence(error, prices).message).toContain(
    "In this peer's data the values that are to be predicted are up to 205,000 in size. Let the recipe (hearsay init) have --standardise;",
  )
  const valueMap = { shift: Float64Array.of(0), scale: Float64Array.of(1) }
  expect(explainDivergence(error, { ...prices, valueMap }).message).not.toContain('to be predicted')
})

test('a divergence is told though its samples cannot be read any more', () => {
  const rows = { file: '/nowhere/at/all', element: 'float32', width: 2, rows: Int32Array.of(0, 1) } as const
  expect(explainDivergence(error, { ...incomes, inputs: rows }).message).toContain('a smaller --learning-rate')
})

test('the divergence of a trainer of one’s own is told as it is', () => {
  expect(explainDivergence(error, undefined)).toBe(error)
})
