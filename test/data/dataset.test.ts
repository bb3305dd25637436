import { expect, test } from 'vitest'
import { type Dataset, subset } from '../../src/data/dataset.ts'
import { inputsOf } from './inputs-of.ts'

const dataset: Dataset = {
  name: 'four',
  inputs: Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31),
  labels: Int32Array.of(0, 1, 2, 0),
  shape: [1, 2],
  classes: 3,
}

test('a subset has the named samples in the named order, and memory of its own', () => {
  const picked = subset(dataset, Int32Array.of(3, 0, 3))
  expect(picked).toEqual({
    name: 'four',
    inputs: Float32Array.of(30, 31, 0, 1, 30, 31),
    labels: Int32Array.of(0, 0, 0),
    shape: [1, 2],
    classes: 3,
  })
  ;(picked.inputs as Float32Array).fill(-1)
  expect(inputsOf(dataset)[6]).toBe(30)
})

test.each([-1, 4])('the index %d, which no sample has, is refused', index => {
  expect(() => subset(dataset, Int32Array.of(0, index))).toThrow(`four has 4 samples and none at ${index}`)
})
