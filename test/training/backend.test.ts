import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { startBackend } from '../../src/training/backend.ts'

// First in this file: it is about the very start.
test('two backends may start at the same time, and leave no listeners on the process', async () => {
  const listeners = () => [...process.listeners('uncaughtException'), ...process.listeners('unhandledRejection')]
  const before = listeners()
  const [wasm, cpu] = await Promise.all([startBackend('wasm'), startBackend('cpu')])
  expect(listeners()).toEqual(before)
  for (const backend of [wasm, cpu, wasm]) {
    backend.select()
    expect(tf.getBackend()).toBe(backend.name)
    expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3)
  }
})

test.each([
  ['matrices', [3, 4, 5], []],
  ['batches of matrices', [3, 4, 5], [2]],
  ['rows and columns', [1, 4, 1], []],
  ['single numbers', [1, 1, 1], [2]],
])('transposed products of %s on wasm are those of plain JavaScript', async (_what, [m, k, n], batch) => {
  const [wasm, cpu] = [await startBackend('wasm'), await startBackend('cpu')]
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const products = [wasm, cpu].map(backend => {
        backend.select()
        return tf.tidy(() => {
          const a = tf.randomNormal([...batch, ...(transposeA ? [k, m] : [m, k])], 0, 1, 'float32', 1)
          const b = tf.randomNormal([...batch, ...(transposeB ? [n, k] : [k, n])], 0, 1, 'float32', 2)
          const before = tf.backend().numDataIds()
          const product = tf.matMul(a, b, transposeA, transposeB)
          expect(tf.backend().numDataIds()).toBe(before + 1)
          return product.arraySync()
        })
      })
      expect(flat(products[0])).toEqual(flat(products[1]).map(value => expect.closeTo(value, 5)))
    }
  }
})

function flat(values: tf.TensorLike): number[] {
  return [values].flat(3) as number[]
}
