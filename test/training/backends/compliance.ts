import * as tf from '@tensorflow/tfjs-core'
import { expect, onTestFinished, test } from 'vitest'
import type { Dataset } from '../../../src/data/dataset.ts'
import { createWorkerTrainer } from '../../../src/training/remote/worker-trainer.ts'
import { createTensorflowTrainer } from '../../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import type { TrainerOptions } from '../../../src/training/trainer-options.ts'

import { measuredOptions } from '../measured.ts'

/**
 * Largest difference of one element from the cpu backend's gradient, over the gradient's largest element. Sums of a few
 * thousand float32 products, added up in another order, differ by about 1e-6 of their terms.
 */
const GRADIENT_TOLERANCE = 1e-4

/** Tests that every backend must pass. */
export function backendCompliance(backend: string): void {
  test.each(['linear', 'mlp:16', 'cnn'])(
    `the gradients of %s on ${backend} are those of plain JavaScript`,
    async model => {
      const [theirs, reference] = await Promise.all([gradient({ model, backend }), gradient({ model, backend: 'cpu' })])
      const scale = Math.max(...reference.map(Math.abs))
      expect(scale).toBeGreaterThan(0)
      const worst = Math.max(...theirs.map((value, i) => Math.abs(value - reference[i])))
      expect(worst / scale).toBeLessThan(GRADIENT_TOLERANCE)
    },
  )

  test.each(['sgd', 'adam'] as const)(`training on ${backend} with %s learns what it is shown`, async name => {
    const optimizer =
      name === 'sgd' ? { name, learningRate: 0.1, momentum: 0.9 } : ({ name, learningRate: 0.02 } as const)
    const trainer = await made(createWorkerTrainer({ ...options, backend, optimizer }))
    const before = await trainer.initial()
    const { update } = await trainer.train(before, STEPS)
    const first = await trainer.evaluate(before)
    const then = await trainer.evaluate(before.map((value, i) => value + update[i]))
    expect(then.loss).toBeLessThan(first.loss / 2)
    expect(then.accuracy).toBeGreaterThan(0.9)
  })

  test.each(['squared', 'huber', 'absolute'] as const)(
    `training on ${backend} by the loss %s learns to predict values`,
    async loss => {
      const optimizer = { name: 'sgd', learningRate: 0.25, momentum: 0 } as const
      const trainer = await made(createTensorflowTrainer(measuredOptions({ backend, loss, optimizer, batch: 50 })))
      const before = await trainer.initial()
      const { update } = await trainer.train(before, STEPS)
      const { r2 } = await trainer.evaluate(before.map((value, i) => value + update[i]))
      expect(r2).toBeGreaterThan(0.8)
    },
  )

  test.each([
    ['classes', () => ({ ...options, model: 'cnn' })],
    ['weighted classes', () => ({ ...options, classWeights: Float64Array.of(1, 3) })],
    ['values', () => measuredOptions({ loss: 'huber' })],
  ])(`training on ${backend} leaves no tensors behind: %s`, async (_what, of) => {
    const trainer = await made(createTensorflowTrainer({ ...of(), backend }))
    let parameters = await trainer.initial()
    const tensors: number[] = []
    for (let call = 0; call < 2; call++) {
      const { update } = await trainer.train(parameters, 2)
      parameters = parameters.map((value, i) => value + update[i])
      await trainer.evaluate(parameters)
      tensors.push(tf.memory().numTensors)
    }
    expect(tensors).toEqual(tensors.map(() => tensors[0]))
  })
}

const SIDE = 10
/** Few, because a GPU that is a program takes a tenth of a second for each. */
const STEPS = 12
const SAMPLES = 48

/** Images of two kinds: bright above, or bright on the left, with a pattern over both that tells nothing. */
const images: Dataset = {
  name: 'stripes',
  inputs: Float32Array.from({ length: SAMPLES * SIDE * SIDE }, (_, i) => {
    const [sample, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE]
    const bright = (sample % 2 === 0 ? y : x) < SIDE / 2
    return (bright ? 0.8 : 0.1) + ((i * 7919) % 101) / 500
  }),
  labels: Int32Array.from({ length: SAMPLES }, (_, i) => i % 2),
  shape: [SIDE, SIDE, 1],
  classes: 2,
}

const options: TrainerOptions = {
  model: 'mlp:16',
  optimizer: { name: 'sgd', learningRate: 1, momentum: 0 },
  batch: 8,
  seed: 1,
  shardSeed: 1,
  shard: images,
  test: images,
  backend: 'cpu',
}

/** A step of plain gradient descent with a learning rate of 1 subtracts the gradient. */
async function gradient(changes: Partial<TrainerOptions>): Promise<Float32Array> {
  const trainer = await made(createWorkerTrainer({ ...options, ...changes }))
  const { update } = await trainer.train(await trainer.initial(), 1)
  return update.map(value => -value)
}

async function made<T extends Trainer>(making: Promise<T>): Promise<T> {
  const trainer = await making
  onTestFinished(() => trainer.stop())
  return trainer
}
