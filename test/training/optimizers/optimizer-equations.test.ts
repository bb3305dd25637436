import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { startBackend } from '../../../src/training/backend.ts'
import { fusedUpdates } from '../../../src/training/kernels/fused-update.ts'
import { composedUpdates } from '../../../src/training/optimizers/composed-update.ts'
import { createOptimizer, type Optimizer } from '../../../src/training/optimizers/optimizer.ts'
import type { OptimizerSpec } from '../../../src/training/optimizers/optimizer-spec.ts'
import { shareOfRate } from '../../../src/training/optimizers/schedule.ts'
import { createReference } from './reference-optimizer.ts'

const STEPS = 60
/** A matrix, whose length is no multiple of four, a bias, and a single number. */
const SHAPES = [[5, 7], [7], []]

const schedule = { shape: 'cosine', steps: 50, warmupSteps: 8, finalShare: 0.1 } as const

/** A clip norm of 6.5 is about the norm of a gradient of 43 numbers: some are clipped and some are not. */
const SPECS: readonly [string, OptimizerSpec][] = [
  ['plain SGD', { name: 'sgd', learningRate: 0.1, momentum: 0 }],
  ['momentum', { name: 'sgd', learningRate: 0.05, momentum: 0.9 }],
  ['SGD with an L2 penalty', { name: 'sgd', learningRate: 0.1, momentum: 0, weightDecay: 0.05 }],
  ['momentum with all', { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, clipNorm: 6.5, schedule }],
  ['Adam', { name: 'adam', learningRate: 0.02 }],
  ['Adam with another β₂', { name: 'adam', learningRate: 0.02, beta2: 0.95 }],
  ['Adam with an L2 penalty', { name: 'adam', learningRate: 0.02, weightDecay: 0.1 }],
  ['AdamW', { name: 'adamw', learningRate: 0.02, weightDecay: 0.1 }],
  ['AdamW with all', { name: 'adamw', learningRate: 0.05, beta2: 0.99, weightDecay: 0.3, clipNorm: 1, schedule }],
]

let variables: tf.Variable[] = []
let optimizer: Optimizer | undefined

afterEach(() => {
  tf.dispose(variables)
  optimizer?.dispose()
})

async function start(backend: string, spec: OptimizerSpec, random: Random): Promise<Optimizer> {
  const started = await startBackend(backend)
  started.select()
  variables = SHAPES.map(shape => tf.variable(tf.tensor(normal(shape, random), shape)))
  optimizer = createOptimizer(spec, variables)
  return optimizer
}

const normal = (shape: readonly number[], random: Random) =>
  Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal())

function update(gradients: readonly Float32Array[], step: number, by = optimizer): void {
  const tensors = gradients.map((gradient, i) => tf.tensor(gradient, SHAPES[i]))
  by?.update(tensors, step)
  tf.dispose(tensors)
}

const values = () => variables.map(variable => Float32Array.from(variable.dataSync()))

describe.each(['cpu', 'wasm'])('on %s', backend => {
  test.each(SPECS)('%s follows its published equations', async (_name, spec) => {
    const random = createRandom('equations')
    await start(backend, spec, random)
    const expected = values().map((value, i) => ({ value: [...value], isMatrix: SHAPES[i].length >= 2 }))
    const reference = createReference(spec, expected, step =>
      spec.schedule === undefined ? 1 : shareOfRate(spec.schedule, step),
    )
    for (let step = 1; step <= STEPS; step++) {
      const gradients = SHAPES.map(shape => normal(shape, random))
      update(gradients, step)
      reference.step(gradients.map(gradient => [...gradient]))
    }
    for (const [i, value] of values().entries()) {
      for (const [k, x] of value.entries()) {
        // Sixty roundings to 24 bits each, of numbers about one.
        expect(Math.abs(x - expected[i].value[k])).toBeLessThan(2e-5 * Math.max(1, Math.abs(x)))
      }
    }
  })

  test.each(SPECS)('%s resumed from its state goes on to the bit', async (_name, spec) => {
    const random = createRandom('resuming')
    await start(backend, spec, random)
    const gradients = Array.from({ length: 20 }, () => SHAPES.map(shape => normal(shape, random)))
    for (const [i, gradient] of gradients.slice(0, 10).entries()) update(gradient, i + 1)
    const saved = (await optimizer?.state()) ?? { moments: {}, steps: 0 }
    const middle = values()
    for (const [i, gradient] of gradients.slice(10).entries()) update(gradient, i + 11)
    const uninterrupted = values()

    for (const [i, variable] of variables.entries()) variable.assign(tf.tensor(middle[i], SHAPES[i]))
    const resumed = createOptimizer(spec, variables)
    resumed.restore(saved)
    for (const [i, gradient] of gradients.slice(10).entries()) update(gradient, i + 11, resumed)
    expect(values()).toEqual(uninterrupted)
    resumed.dispose()
  })

  test('a step leaves no tensor behind', async () => {
    await start(backend, SPECS[8][1], createRandom(1))
    update(values(), 1)
    const before = tf.memory().numTensors
    for (let step = 2; step < 50; step++) update(values(), step)
    expect(tf.memory().numTensors).toBe(before)
  })

  test('a gradient that is not a number stays visible when it is clipped', async () => {
    await start(backend, { name: 'sgd', learningRate: 0.1, momentum: 0, clipNorm: 1 }, createRandom(1))
    update([new Float32Array(35).fill(Number.NaN), new Float32Array(7), new Float32Array(1)], 1)
    expect(values()[0].every(Number.isNaN)).toBe(true)
  })

  test('a gradient of zeros is clipped to zeros', async () => {
    await start(backend, { name: 'sgd', learningRate: 0.1, momentum: 0, clipNorm: 1 }, createRandom(1))
    const before = values()
    update([new Float32Array(35), new Float32Array(7), new Float32Array(1)], 1)
    expect(values()).toEqual(before)
  })

  test.each(['sgd', 'adam', 'adamw'] as const)(
    '%s shrinks matrices, and neither biases nor single numbers',
    async name => {
      const spec = { name, learningRate: 0.01, momentum: 0, weightDecay: 0.5 }
      await start(backend, spec, createRandom(1))
      const [matrix, bias, scalar] = values()
      update([new Float32Array(35), new Float32Array(7), new Float32Array(1)], 1)
      const [shrunk, ...others] = values()
      expect(Math.hypot(...shrunk)).toBeLessThan(0.9999 * Math.hypot(...matrix))
      expect(others).toEqual([bias, scalar])
    },
  )
})

test('on wasm a step runs no operation of TensorFlow.js', async () => {
  await start('wasm', SPECS[8][1], createRandom(1))
  expect(fusedUpdates('wasm')).toBeDefined()
  const gradients = values().map((value, i) => tf.tensor(value, SHAPES[i]))
  const { kernelNames } = await tf.profile(() => {
    optimizer?.update(gradients, 1)
    return []
  })
  tf.dispose(gradients)
  expect(kernelNames).toEqual([])
})

test('on wasm, fused updates do what the composed ones do, but for rounding', async () => {
  const backend = await startBackend('wasm')
  backend.select()
  const fused = fusedUpdates('wasm') ?? composedUpdates
  expect(fused).not.toBe(composedUpdates)
  const random = createRandom('fused')
  const shape = [13, 3]
  const start = Array.from({ length: 3 }, () => normal(shape, random).map(Math.abs))
  const gradient = tf.tensor(normal(shape, random), shape)
  const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.2, gradientScale: 0.7 }
  const constants = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, step: 3, gradientScale: 0.7 }
  const results = [fused, composedUpdates].map(updates => {
    const [x, m, v] = start.map(values => tf.variable(tf.tensor(values, shape)))
    tf.tidy(() => {
      updates.sgd(x, gradient, m, sgd)
      updates.sgd(x, gradient, undefined, sgd)
      updates.adam(x, gradient, m, v, { ...constants, coupledDecay: 0.3, decoupledDecay: 0 })
      updates.adam(x, gradient, m, v, { ...constants, coupledDecay: 0, decoupledDecay: 0.3 })
    })
    const values = [x, m, v].flatMap(variable => [...variable.dataSync()])
    tf.dispose([x, m, v])
    return values
  })
  gradient.dispose()
  for (const [i, value] of results[0].entries()) expect(Math.abs(value - results[1][i])).toBeLessThan(1e-6)
})
