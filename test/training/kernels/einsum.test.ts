import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'

beforeAll(async () => {
  await startBackend('cpu')
  await startBackend('wasm')
})

const SIZES: Readonly<Record<string, number>> = { b: 2, i: 3, j: 4, k: 5, h: 6 }

test.each([
  'ij,jk->ik',
  'ij,jk->ki',
  'ji,jk->ik',
  'ji,kj->ik',
  'bij,bjk->bik',
  'bij,bkj->bik',
  'bihk,bjhk->bhij',
  'bhij,bjhk->bihk',
  'bij,jhk->bihk',
  'i,j->ij',
  'i,i->',
  'bi,bi->b',
  'ij->ji',
  'bij->bi',
  'ijk->',
])('einsum %s is what the cpu backend computes', equation => {
  const values = (backend: string) => {
    tf.setBackend(backend)
    return tf.tidy(() => {
      const operands = equation
        .split('->')[0]
        .split(',')
        .map((labels, i) => {
          const shape = [...labels].map(label => SIZES[label])
          return tf.tensor(
            Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, j) => Math.sin(j + i)),
            shape,
          )
        })
      const result = tf.einsum(equation, ...operands)
      return { shape: result.shape, values: result.dataSync() }
    })
  }
  const [expected, actual] = [values('cpu'), values('wasm')]
  expect(actual.shape).toEqual(expected.shape)
  for (const [i, value] of expected.values.entries()) expect(actual.values[i]).toBeCloseTo(value, 4)
})

test('einsum sums over a letter that only one operand has', () => {
  tf.setBackend('wasm')
  const result = tf.tidy(() =>
    tf
      .einsum(
        'ij,kj->k',
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
        tf.tensor2d([
          [1, 0],
          [0, 1],
          [1, 1],
        ]),
      )
      .dataSync(),
  )
  expect([...result]).toEqual([4, 6, 10])
})

test('einsum leaves no tensors behind', () => {
  tf.setBackend('wasm')
  const [a, b] = [tf.ones([2, 3, 6, 5]), tf.ones([2, 4, 6, 5])]
  const buffers = tf.memory().numDataBuffers
  tf.einsum('bihk,bjhk->bhij', a, b).dispose()
  expect(tf.memory().numDataBuffers).toBe(buffers)
  tf.dispose([a, b])
})
