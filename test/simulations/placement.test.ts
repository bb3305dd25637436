import { expect, test } from 'vitest'
import { spread } from '../../simulations/placement.ts'

const choice = { name: 'webgpu', devices: { device: 'One', software: false, all: ['One', 'Two', 'Three'] } }

const gpusOf = (gpus: Parameters<typeof spread>[1]) => {
  const { gpuOf } = spread(choice, gpus)
  return [0, 1, 2, 3, 4].map(gpuOf)
}

test('peers go round all GPUs', () => {
  expect(gpusOf('all')).toEqual([0, 1, 2, 0, 1])
})

test('peers go round the GPUs that were chosen', () => {
  expect(gpusOf([2, 0])).toEqual([2, 0, 2, 0, 2])
})

test('where none were chosen the backend decides', () => {
  expect(gpusOf(undefined)).toEqual([undefined, undefined, undefined, undefined, undefined])
})
