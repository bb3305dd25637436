import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'

beforeAll(async () => {
  await startBackend('cpu')
  await startBackend('wasm')
})

const wave = (shape: readonly number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => Math.sin(i * i)),
    [...shape],
  )

function onBoth(compute: () => tf.Tensor): readonly [wasm: Float32Array, cpu: Float32Array] {
  const on = (backend: string) => {
    tf.setBackend(backend)
    return tf.tidy(() => compute().dataSync<'float32'>().slice())
  }
  return [on('wasm'), on('cpu')]
}

function expectClose([actual, expected]: ReturnType<typeof onBoth>): void {
  expect(actual.length).toBe(expected.length)
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4)
}

const [m, k, n] = [5, 7, 9]

test.each([[[]], [[1]], [[n]], [[1, n]], [[m, 1]], [[m, n]]])(
  'a fused product adds a bias of shape [%s] as the cpu backend does, rectifier and gradient too',
  shape => {
    const multiply = (bias: tf.Tensor, activation: 'linear' | 'relu') =>
      tf.fused.matMul({ a: wave([m, k]) as tf.Tensor2D, b: wave([k, n]) as tf.Tensor2D, bias, activation })
    expectClose(onBoth(() => multiply(wave(shape), 'relu')))
    expectClose(onBoth(() => tf.grad(bias => multiply(bias, 'linear'))(wave(shape))))
  },
)

test.each([[[]], [[1]], [[n]], [[3, 1, n]], [[3, 4, 1]]])(
  'a fused convolution adds a bias of shape [%s] as the cpu backend does',
  shape => {
    const convolve = () =>
      tf.fused.conv2d({
        x: wave([2, 4, 5, 3]) as tf.Tensor4D,
        filter: wave([2, 2, 3, n]) as tf.Tensor4D,
        strides: 1,
        pad: 'valid',
        bias: wave(shape),
        activation: 'relu',
      })
    expectClose(onBoth(convolve))
  },
)

test('a bias that is broadcast leaves nothing behind', () => {
  tf.setBackend('wasm')
  const [a, b, bias] = [wave([m, k]) as tf.Tensor2D, wave([k, n]) as tf.Tensor2D, wave([m, 1])]
  const before = tf.memory().numDataBuffers
  tf.fused.matMul({ a, b, bias, activation: 'relu' }).dispose()
  expect(tf.memory().numDataBuffers).toBe(before)
  tf.dispose([a, b, bias])
})
