import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'

beforeAll(async () => {
  ;(await startBackend('wasm')).select()
})

test.each([
  ['int32', [3, -4, 5, 2 ** 30, 7, 8], [10, 4, 5, 2 ** 30]],
  ['bool', [1, 0, 1, 1, 1, 0], [2, 0, 1, 1]],
  ['float32', [0.5, -4, 5, 6, 7, 8], [7.5, 4, 5, 6]],
] as const)('rows of %s are summed by segment', (dtype, rows, expected) => {
  const sums = tf.tidy(() =>
    tf.unsortedSegmentSum(tf.tensor2d([...rows], [3, 2], dtype), tf.tensor1d([0, 1, 0], 'int32'), 2).dataSync(),
  )
  expect([...sums]).toEqual([...expected])
})
