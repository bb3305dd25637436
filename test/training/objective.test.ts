import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../src/training/backend.ts'
import { score, softmaxCrossEntropy } from '../../src/training/objective.ts'

const logits = Float32Array.of(1, 2, 3, 100, 0, -100)
const labels = Int32Array.of(0, 1)
// −log softmax: ln(1 + e + e²), and 100 though e¹⁰⁰ squared does not fit a float32.
const expectedLoss = Math.log(1 + Math.E + Math.E ** 2) + 100

beforeAll(async () => {
  const backend = await startBackend('cpu')
  backend.select()
})

test('the loss is the mean cross-entropy of the softmax, also for large logits', () => {
  const loss = tf.tidy(() => softmaxCrossEntropy(tf.tensor2d(logits, [2, 3]), tf.tensor1d(labels, 'int32')).dataSync())
  expect(loss[0]).toBeCloseTo(expectedLoss / 2, 4)
})

test('its gradient is (softmax − one-hot) / batch', () => {
  const gradient = tf.tidy(() => {
    return tf
      .grad(z => softmaxCrossEntropy(z as tf.Tensor2D, tf.tensor1d(labels, 'int32')))(tf.tensor2d(logits, [2, 3]))
      .dataSync()
  })
  const partition = 1 + Math.E + Math.E ** 2
  const expected = [1 / partition - 1, Math.E / partition, Math.E ** 2 / partition, 1, -1, 0].map(g => g / 2)
  for (const [i, g] of expected.entries()) expect(gradient[i]).toBeCloseTo(g, 6)
})

test('scores add up losses and count the labels that have the largest logit', () => {
  const scored = score(logits, Int32Array.of(2, 1), 3)
  expect(scored.loss).toBeCloseTo(expectedLoss - 2, 10)
  expect(scored.correct).toBe(1)
})

test('a logit that is no number makes the loss none, and the sample wrong', () => {
  expect(score(Float32Array.of(Number.NaN, 1), Int32Array.of(0), 2)).toEqual({ loss: Number.NaN, correct: 0 })
})
