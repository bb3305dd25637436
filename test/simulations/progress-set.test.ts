import { expect, test } from 'vitest'
import { progressSet } from '../../simulations/progress-set.ts'
import type { Dataset } from '../../src/data/dataset.ts'

const sequences = (samples: number, targets: number): Dataset => ({
  name: 'text',
  inputs: Float32Array.from({ length: samples * targets }, (_, i) => i),
  labels: Int32Array.from({ length: samples * targets }, (_, i) => i),
  shape: [targets],
  classes: samples * targets,
  targets,
})

test('a small test set is its own', () => {
  const small = sequences(100, 100)
  expect(progressSet(small)).toBe(small)
})

test('of a large one a part with at most ten thousand labels is taken, evenly spread', () => {
  const { labels, targets } = progressSet(sequences(400, 100))
  expect(targets).toBe(100)
  expect(labels).toHaveLength(10_000)
  const first = Array.from({ length: 100 }, (_, sample) => labels[sample * 100])
  expect(first).toEqual(Array.from({ length: 100 }, (_, sample) => sample * 400))
})

test('one sample is left of those that are longer than that', () => {
  expect(progressSet(sequences(2, 20_000)).labels).toHaveLength(20_000)
})
