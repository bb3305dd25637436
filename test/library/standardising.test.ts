import { expect, test } from 'vitest'
import { type Dataset, subset } from '../../src/data/dataset.ts'
import { standardise } from '../../src/data/standardise.ts'
import { createStandardising, statisticsOf } from '../../src/standardising.ts'
import { shareDataset } from '../../src/training/share-dataset.ts'
import { inputsOf } from '../data/inputs-of.ts'

const dataset: Dataset = {
  name: 'four',
  inputs: Float32Array.of(1, 7, 3, 7, 5, 7, 7, 7),
  labels: Int32Array.of(0, 1, 0, 1),
  shape: [2],
  classes: 2,
}

test('samples are read as they are until it is known how to standardise them, and as they are to be from then on', async () => {
  const standardising = createStandardising(dataset)
  const seen = standardising.through(dataset)
  const shared = structuredClone(shareDataset(subset(seen, Int32Array.of(3, 0))))
  expect(inputsOf(seen)).toEqual(dataset.inputs)
  standardising.use({ mean: Float64Array.of(4, 7), variance: Float64Array.of(4, 0) })
  expect([...inputsOf(seen)]).toEqual([-1.5, 0, -0.5, 0, 0.5, 0, 1.5, 0])
  // Wherever they were taken to, before or after.
  expect([...inputsOf(shared)]).toEqual([1.5, 0, -1.5, 0])
  expect([...inputsOf(subset(seen, Int32Array.of(3, 0)))]).toEqual([1.5, 0, -1.5, 0])
  standardising.use({ mean: Float64Array.of(0, 0), variance: Float64Array.of(1, 1) })
  expect(inputsOf(seen)).toEqual(dataset.inputs)
})

test('a peer says of its samples how many they are, their mean, and how they vary around any centre', async () => {
  const { own } = createStandardising(dataset)
  expect([own.samples, own.features]).toEqual([4, 2])
  expect(await statisticsOf(own)).toEqual({ mean: Float64Array.of(4, 7), variance: Float64Array.of(5, 0) })
  expect([...(await own.variationAround(Float64Array.of(0, 6)))]).toEqual([21, 1])
})

test('samples that go through a map can be standardised as any others', async () => {
  const standardising = createStandardising(dataset)
  standardising.use({ mean: Float64Array.of(1, 2), variance: Float64Array.of(9, 4) })
  const seen = standardising.through(dataset)
  const { train } = await standardise({ train: seen, test: seen })
  const expected = await standardise({ train: dataset, test: dataset })
  for (const [i, value] of inputsOf(train).entries()) expect(value).toBeCloseTo(inputsOf(expected.train)[i], 6)
})

test('what only rounding makes vary is not blown up', () => {
  const standardising = createStandardising(dataset)
  standardising.use({ mean: Float64Array.of(4, 7 + 1e-7), variance: Float64Array.of(4, 1e-14) })
  expect(Math.abs(inputsOf(standardising.through(dataset))[1])).toBeLessThan(1e-6)
})
