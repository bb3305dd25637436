import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import { type FusedUpdates, fusedUpdates } from '../../../src/training/kernels/fused-update.ts'

let updates: FusedUpdates

beforeAll(async () => {
  await startBackend('wasm')
  const fused = fusedUpdates('wasm')
  if (fused === undefined) throw new Error('the wasm backend has no fused updates')
  updates = fused
})

beforeEach(() => {
  tf.setBackend('wasm')
})

const value = fc.double({ min: -2, max: 2, noNaN: true })
const rate = fc.double({ min: 0, max: 0.9, noNaN: true })
const vectors = fc
  .integer({ min: 1, max: 23 })
  .chain(length => fc.array(fc.tuple(value, value, value, rate), { minLength: length, maxLength: length }))

function variable(values: readonly number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor1d([...values])))
}

function expectValues(actual: tf.Tensor, expected: readonly number[]): void {
  const values = actual.dataSync()
  for (const [i, exact] of expected.entries())
    expect(Math.abs(values[i] - exact)).toBeLessThan(1e-5 * (1 + Math.abs(exact)))
}

test('sgd follows its equations, with and without momentum', () => {
  fc.assert(
    fc.property(vectors, rate, rate, rate, value, fc.boolean(), (rows, η, μ, λ, s, moving) => {
      const settings = { learningRate: η, momentum: μ, weightDecay: λ, gradientScale: s }
      const [x, m] = [variable(rows.map(row => row[0])), variable(rows.map(row => row[2]))]
      const g = tf.tensor1d(rows.map(row => row[1]))
      updates.sgd(x, g, moving ? m : undefined, settings)
      const moments = rows.map(([x0, g0, m0]) => (moving ? μ * m0 : 0) + s * g0 + λ * x0)
      expectValues(
        x,
        rows.map(([x0], i) => x0 - η * moments[i]),
      )
      if (moving) expectValues(m, moments)
      tf.dispose([x, m, g])
    }),
    { seed: 3 },
  )
})

test('adam follows its equations, with both kinds of weight decay', () => {
  fc.assert(
    fc.property(vectors, rate, rate, rate, value, fc.integer({ min: 1, max: 50 }), (rows, η, λc, λd, s, t) => {
      const [β1, β2, ε] = [0.9, 0.99, 1e-3]
      const [x, m, v] = [0, 2, 3].map(column => variable(rows.map(row => row[column])))
      const g = tf.tensor1d(rows.map(row => row[1]))
      updates.adam(x, g, m, v, {
        learningRate: η,
        beta1: β1,
        beta2: β2,
        epsilon: ε,
        coupledDecay: λc,
        decoupledDecay: λd,
        step: t,
        gradientScale: s,
      })
      // Kingma and Ba's algorithm 1, with the corrections on the moments.
      const next = rows.map(([x0, g0, m0, v0]) => {
        const gradient = s * g0 + λc * x0
        const m1 = β1 * m0 + (1 - β1) * gradient
        const v1 = β2 * v0 + (1 - β2) * gradient ** 2
        const step = m1 / (1 - β1 ** t) / (Math.sqrt(v1 / (1 - β2 ** t)) + ε)
        return { x: x0 - η * λd * x0 - η * step, m: m1, v: v1 }
      })
      expectValues(
        x,
        next.map(each => each.x),
      )
      expectValues(
        m,
        next.map(each => each.m),
      )
      expectValues(
        v,
        next.map(each => each.v),
      )
      tf.dispose([x, m, v, g])
    }),
    { seed: 3 },
  )
})

test('the sum of squares of millions of small elements keeps six digits', () => {
  const x = tf.fill([3_000_001], 1e-3)
  expect(updates.sumOfSquares(x)).toBeCloseTo(3.000001, 5)
  x.dispose()
})

test('an update changes no tensor that shared the values of the variable', () => {
  const initial = tf.tensor1d([1, 2, 3])
  const x = tf.variable(initial)
  const g = tf.tensor1d([1, 1, 1])
  updates.sgd(x, g, undefined, { learningRate: 1, momentum: 0, weightDecay: 0, gradientScale: 1 })
  expect([...x.dataSync()]).toEqual([0, 1, 2])
  expect([...initial.dataSync()]).toEqual([1, 2, 3])
  tf.dispose([initial, x, g])
})

test('a kernel that keeps packed weights sees the update', () => {
  const [slope, x] = [variable([0.5]), tf.tensor2d([[-1], [-2]])]
  const g = tf.tensor1d([1])
  expect([...tf.prelu<tf.Tensor>(x, slope).dataSync()]).toEqual([-0.5, -1])
  updates.sgd(slope, g, undefined, { learningRate: 0.25, momentum: 0, weightDecay: 0, gradientScale: 1 })
  expect([...tf.prelu<tf.Tensor>(x, slope).dataSync()]).toEqual([-0.25, -0.5])
  tf.dispose([slope, x, g])
})

test('updates make no tensors', () => {
  const [x, g, m, v] = [variable([1, 2]), tf.tensor1d([1, 1]), variable([0, 0]), variable([0, 0])]
  const before = tf.memory().numTensors
  updates.sgd(x, g, m, { learningRate: 1, momentum: 0, weightDecay: 0, gradientScale: 1 })
  updates.sumOfSquares(g)
  expect(tf.memory().numTensors).toBe(before)
  tf.dispose([x, g, m, v])
})
