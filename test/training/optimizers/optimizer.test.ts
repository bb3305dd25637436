import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import { TrainerStateError } from '../../../src/training/errors.ts'
import { createOptimizer, type Optimizer } from '../../../src/training/optimizers/optimizer.ts'
import type { OptimizerSpec } from '../../../src/training/optimizers/optimizer-spec.ts'

let x: tf.Variable
let optimizer: Optimizer | undefined

beforeEach(async () => {
  const backend = await startBackend('cpu')
  backend.select()
  x = tf.variable(tf.tensor1d([1, -2]))
})

afterEach(() => {
  x.dispose()
  optimizer?.dispose()
})

/** Three steps with these gradients; where x is after each. */
function path(spec: OptimizerSpec, gradients: number[][]): number[][] {
  const created = createOptimizer(spec, [x])
  optimizer = created
  return gradients.map((gradient, i) => {
    const g = tf.tensor1d(gradient)
    created.update([g], i + 1)
    g.dispose()
    return [...x.dataSync()]
  })
}

function expectClose(actual: number[][], expected: number[][]): void {
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(actual[i][j]).toBeCloseTo(value, 6)
  }
}

test('plain SGD steps against the gradient', () => {
  const steps = path({ name: 'sgd', learningRate: 0.1, momentum: 0 }, [
    [1, 2],
    [-3, 0],
  ])
  expectClose(steps, [
    [0.9, -2.2],
    [1.2, -2.2],
  ])
})

test('momentum carries the last steps on', () => {
  const steps = path({ name: 'sgd', learningRate: 0.1, momentum: 0.5 }, [
    [1, 2],
    [0, 0],
    [1, -1],
  ])
  // m: [1, 2], [0.5, 1], [1.25, -0.5]
  expectClose(steps, [
    [0.9, -2.2],
    [0.85, -2.3],
    [0.725, -2.25],
  ])
})

test('Adam corrects its moments for their start at zero', () => {
  const steps = path({ name: 'adam', learningRate: 0.1 }, [
    [1, 200],
    [-1, 200],
    [3, 0],
  ])
  // m̂ and v̂ by hand, for the first coordinate:
  // t = 1: m = 0.1, v = 0.001; both corrected are 1: a whole step of 0.1.
  // t = 2: m = 0.09 − 0.1 = −0.01, m̂ = −0.01 / 0.19; v = 0.000999 + 0.001 = 0.001999, v̂ = 1.
  // t = 3: m = −0.009 + 0.3 = 0.291, m̂ = 0.291 / 0.271; v = 0.001997001 + 0.009 = 0.010997001, v̂ = … / 0.002997001.
  const x1 = 1 - 0.1
  const x2 = x1 + (0.1 * 0.01) / 0.19
  const x3 = x2 - (0.1 * (0.291 / 0.271)) / Math.sqrt(0.010997001 / 0.002997001)
  // The second: constant gradients make whole steps of any scale; then m = 0.9 · 38, v = 0.999 · 79.96.
  const y3 = -2.2 - (0.1 * (34.2 / 0.271)) / Math.sqrt(79.88004 / 0.002997001)
  expectClose(steps, [
    [x1, -2.1],
    [x2, -2.2],
    [x3, y3],
  ])
})

test('Adam that was reset begins anew, its corrections too', () => {
  const spec = { name: 'adam', learningRate: 0.1 } as const
  path(spec, [
    [5, -5],
    [5, -5],
    [5, -5],
  ])
  optimizer?.reset()
  const before = [...x.dataSync()]
  const g = tf.tensor1d([1, 200])
  optimizer?.update([g], 4)
  g.dispose()
  // A first step is a whole one, whatever the gradient's scale.
  expectClose([[...x.dataSync()]], [[before[0] - 0.1, before[1] - 0.1]])
})

test('moments of another optimizer or model are refused, naming what was expected', () => {
  optimizer = createOptimizer({ name: 'adam', learningRate: 0.1 }, [x])
  const restore = optimizer.restore
  expect(() => restore({ moments: { momentum: new Float32Array(2) }, steps: 1 })).toThrow(TrainerStateError)
  const short = { firstMoment: new Float32Array(2), secondMoment: new Float32Array(1) }
  expect(() => restore({ moments: short, steps: 1 })).toThrow(
    "1 elements of 'secondMoment', adam on this model needs 2",
  )
})
