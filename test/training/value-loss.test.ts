import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../../src/training/backend.ts'
import { LOSS_FORMS, type Loss } from '../../src/training/losses.ts'
import { valueLoss } from '../../src/training/value-loss.ts'

const LOSSES = Object.keys(LOSS_FORMS) as Loss[]

/** Errors on both sides of where Huber's loss changes, and none where a derivative has a corner. */
const ERRORS = [-3, -1.5, -0.7, -0.01, 0.2, 0.9, 1.1, 40]
const VALUES = [5, -2, 0.3, 1, 0, 2, -7, 0.25]
const PREDICTED = ERRORS.map((error, i) => VALUES[i] + error)
const SHAPE: [number, number] = [4, 2]

describe.each(['cpu', 'wasm'])('on the backend %s', name => {
  beforeAll(async () => (await startBackend(name)).select())

  test.each(LOSSES)('the loss %s is the mean cost over samples and outputs', loss => {
    const taped = tf.tidy(() => valueLoss(loss, tf.tensor2d(PREDICTED, SHAPE), tf.tensor2d(VALUES, SHAPE)).dataSync())
    const mean = ERRORS.reduce((sum, error) => sum + LOSS_FORMS[loss].cost(error), 0) / ERRORS.length
    expect(taped[0] / mean).toBeCloseTo(1, 5)
  })

  test.each(LOSSES)('the gradient of the loss %s is that of finite differences', loss => {
    const gradient = tf.tidy(() =>
      tf
        .grad(p => valueLoss(loss, p as tf.Tensor2D, tf.tensor2d(VALUES, SHAPE)))(tf.tensor2d(PREDICTED, SHAPE))
        .dataSync(),
    )
    const { cost } = LOSS_FORMS[loss]
    const h = 1e-4
    for (const [i, error] of ERRORS.entries()) {
      const expected = (cost(error + h) - cost(error - h)) / (2 * h) / ERRORS.length
      expect(gradient[i]).toBeCloseTo(expected, 5)
    }
  })
})

test('Huber is half of squared for small errors, absolute less a half for large ones, and smooth between', () => {
  const { squared, huber, absolute } = LOSS_FORMS
  for (const error of [-1, -0.4, 0, 0.9, 1]) expect(huber.cost(error)).toBeCloseTo(squared.cost(error) / 2, 12)
  for (const error of [-8, -1, 1, 3, 1e6]) expect(huber.cost(error)).toBeCloseTo(absolute.cost(error) - 0.5, 9)
})

test('saying the mean of standardised values costs no more than is said of it', () => {
  const twoPoints = [-1, 1]
  const skewed = [-0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, 0.9].map(value => value / 0.3)
  for (const values of [twoPoints, skewed]) {
    for (const { cost, ofMean } of Object.values(LOSS_FORMS)) {
      const mean = values.reduce((sum, value) => sum + cost(value), 0) / values.length
      expect(mean).toBeLessThanOrEqual(ofMean + 1e-9)
    }
  }
})
