import { expect, test } from 'vitest'
import { createValueTally } from '../../src/training/value-errors.ts'

test('errors are in the units of the data, the loss in standardised ones', () => {
  const tally = createValueTally('squared', 1)
  // In two batches: sums add up.
  tally.add(Float32Array.of(1, 2), Float32Array.of(0, 2))
  tally.add(Float32Array.of(-1), Float32Array.of(1))
  const { loss, rmse, mae, r2, accuracy, samples, perTarget } = tally.evaluation([10])
  expect(loss).toBeCloseTo(5 / 3, 12)
  expect(rmse).toBeCloseTo(10 * Math.sqrt(5 / 3), 10)
  expect(mae).toBeCloseTo(10, 10)
  // The values 0, 2, 1 vary by 2 in all.
  expect(r2).toBeCloseTo(1 - 5 / 2, 12)
  expect({ accuracy, samples, perTarget }).toEqual({ accuracy: Number.NaN, samples: 3, perTarget: undefined })
})

test('of several outputs every figure is the mean over them, and each has its own', () => {
  const tally = createValueTally('absolute', 2)
  tally.add(Float32Array.of(0, 1, 1, 3), Float32Array.of(0, 0, 1, 2))
  const { loss, rmse, r2, perTarget } = tally.evaluation([1, 100])
  expect(loss).toBeCloseTo(0.5, 12)
  expect(perTarget).toEqual([
    { rmse: 0, mae: 0, r2: 1 },
    { rmse: 100, mae: 100, r2: 0 },
  ])
  expect({ rmse, r2 }).toEqual({ rmse: 50, r2: 0.5 })
})

test('R² is exact where values lie far from 0, and none where all are the same', () => {
  const far = createValueTally('squared', 1)
  far.add(Float32Array.of(1_000_001, 1_000_002, 1_000_004), Float32Array.of(1_000_001, 1_000_002, 1_000_003))
  expect(far.evaluation().r2).toBeCloseTo(0.5, 12)
  const same = createValueTally('squared', 1)
  same.add(Float32Array.of(1, 2), Float32Array.of(0.1, 0.1))
  expect(same.evaluation().r2).toBeNaN()
})
