import { expect, test } from 'vitest'
import { type Dataset, subset } from '../../src/data/dataset.ts'
import { standardise } from '../../src/data/standardise.ts'
import { createStandardiser, describeMap, statisticsOf } from '../../src/standardise/standardiser.ts'
import { shareDataset } from '../../src/training/remote/share-dataset.ts'
import { inputsOf } from '../data/inputs-of.ts'

const never = { signal: new AbortController().signal }

const dataset: Dataset = {
  name: 'four',
  inputs: Float32Array.of(1, 7, 3, 7, 5, 7, 7, 7),
  labels: Int32Array.of(0, 1, 0, 1),
  shape: [2],
  classes: 2,
}

test('samples are read as they are until it is known how to standardise them, and as they are to be from then on', async () => {
  const standardiser = createStandardiser(dataset)
  const seen = standardiser.through(dataset)
  const shared = structuredClone(shareDataset(subset(seen, Int32Array.of(3, 0))))
  expect(inputsOf(seen)).toEqual(dataset.inputs)
  standardiser.use({ mean: Float64Array.of(4, 7), variance: Float64Array.of(4, 0) })
  expect([...inputsOf(seen)]).toEqual([-1.5, 0, -0.5, 0, 0.5, 0, 1.5, 0])
  // Wherever they were taken to, before or after.
  expect([...inputsOf(shared)]).toEqual([1.5, 0, -1.5, 0])
  expect([...inputsOf(subset(seen, Int32Array.of(3, 0)))]).toEqual([1.5, 0, -1.5, 0])
  standardiser.use({ mean: Float64Array.of(0, 0), variance: Float64Array.of(1, 1) })
  expect(inputsOf(seen)).toEqual(dataset.inputs)
})

test('a peer says of its samples how many they are, their mean, and how they vary around any centre', async () => {
  const { own } = createStandardiser(dataset)
  expect([own.samples, own.features]).toEqual([4, 2])
  expect(await statisticsOf(own, never)).toEqual({ mean: Float64Array.of(4, 7), variance: Float64Array.of(5, 0) })
  expect([...(await own.variationAround(Float64Array.of(0, 6), never))]).toEqual([21, 1])
})

test('samples that go through a map can be standardised as any others', async () => {
  const standardiser = createStandardiser(dataset)
  standardiser.use({ mean: Float64Array.of(1, 2), variance: Float64Array.of(9, 4) })
  const seen = standardiser.through(dataset)
  const { train } = await standardise({ train: seen, test: seen })
  const expected = await standardise({ train: dataset, test: dataset })
  for (const [i, value] of inputsOf(train).entries()) expect(value).toBeCloseTo(inputsOf(expected.train)[i], 6)
})

test('what only rounding makes vary is not blown up', () => {
  const standardiser = createStandardiser(dataset)
  standardiser.use({ mean: Float64Array.of(4, 7 + 1e-7), variance: Float64Array.of(4, 1e-14) })
  expect(Math.abs(inputsOf(standardiser.through(dataset))[1])).toBeLessThan(1e-6)
})

test('programs are told the deviation that is used, which is 1 where nothing but rounding varies', () => {
  const statistics = { mean: Float64Array.of(4, 7), variance: Float64Array.of(9, 1e-14) }
  expect(describeMap(statistics)).toEqual({ mean: [4, 7], deviation: [3, 1] })
})

test('looking through many samples ends when it is called off', async () => {
  const many = { ...dataset, inputs: new Float32Array(2 ** 21), labels: new Int32Array(2), shape: [2 ** 20] }
  const { own } = createStandardiser(many)
  const off = { signal: AbortSignal.abort(new Error('called off')) }
  await expect(own.mean(off)).rejects.toThrow('called off')
  await expect(own.variationAround(new Float64Array(2 ** 20), off)).rejects.toThrow('called off')
})
