import { expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { createStandardiser } from '../../src/standardise/standardiser.ts'

const ROWS = 40
const signal = new AbortController().signal
const agreed = { mean: Float64Array.of(50, 170, 3), variance: Float64Array.of(100, 64, 0) }

/** Ages and heights around the agreed ones, where nobody says otherwise, and a constant. */
function dataOf(height: number, featureNames?: readonly string[]): Dataset {
  const inputs = new Float32Array(3 * ROWS)
  for (let row = 0; row < ROWS; row++) inputs.set([50 + (row % 7), height + (row % 5), 3], 3 * row)
  return { name: 'site', inputs, labels: new Int32Array(ROWS), shape: [3], classes: 2, featureNames }
}

test('a site that measures in another unit is told which feature', async () => {
  const metres = createStandardiser(dataOf(1.7, ['age', 'height', 'unit']))
  expect(await metres.outlying(agreed, { signal })).toEqual(['height'])
  expect(await createStandardiser(dataOf(1.7)).outlying(agreed, { signal })).toEqual(['feature 1'])
})

test('a site like the others is told nothing', async () => {
  expect(await createStandardiser(dataOf(168)).outlying(agreed, { signal })).toEqual([])
})
