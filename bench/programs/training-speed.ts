/**
 * Trains one network in a process of its own. Prints a line once it is warm; from then on every line that it reads is a
 * number of steps to take, which it answers with the seconds that they took. What to train, and with what: JSON in the
 * first argument.
 *
 * @packageDocumentation
 */

import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { Dataset } from '../../src/data/dataset.ts'
import { createRandom } from '../../src/random/random.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { parseModel } from '../../src/training/models.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'

export interface TrainingSpeedOptions {
  /**
   * `hearsay` is the trainer that a peer takes, `tensorflow` its trainer on TensorFlow.js, both on wasm with hearsay's kernels; the
   * others are TensorFlow.js's backends as shipped, with its own optimizer.
   */
  readonly setup: 'hearsay' | 'tensorflow' | 'wasm' | 'cpu'
  readonly network: keyof typeof NETWORKS
  readonly optimizer?: 'momentum' | 'adam'
  readonly batch: number
  /** Steps before the first measurement. */
  readonly warmUp: number
}

const SAMPLES = 512
const LEARNING_RATE = 0.01
const MOMENTUM = 0.9

/** What is trained, on samples of which so many numbers are not 0. */
const NETWORKS = {
  mlp: { model: 'mlp:256', shape: [784], classes: 10, nonzero: 1 },
  /** On data as sparse as MNIST. */
  'sparse mlp': { model: 'mlp:64', shape: [784], classes: 10, nonzero: 0.19 },
  /** Of the size of Spambase. */
  linear: { model: 'linear', shape: [57], classes: 2, nonzero: 1 },
  cnn: { model: 'cnn', shape: [28, 28, 1], classes: 10, nonzero: 0.19 },
  'small cnn': {
    model: `module:${join(import.meta.dirname, 'small-cnn.ts')}`,
    shape: [28, 28, 1],
    classes: 10,
    nonzero: 1,
  },
  language: { model: 'language', shape: [64], classes: 65, nonzero: 1, targets: 64 },
}

const OPTIMIZERS = {
  momentum: { name: 'sgd', learningRate: LEARNING_RATE, momentum: MOMENTUM },
  adam: { name: 'adam', learningRate: 0.001 },
} as const

interface Network {
  readonly model: string
  readonly shape: number[]
  readonly classes: number
  readonly nonzero: number
  readonly targets?: number
}

const options = JSON.parse(process.argv[2]) as TrainingSpeedOptions
const network: Network = NETWORKS[options.network]
const { model, shape, classes, nonzero, targets } = network

function randomData(): Dataset {
  const random = createRandom(1)
  const features = shape.reduce((product, size) => product * size, 1)
  // Inputs of a sequence are classes too.
  const input =
    targets === undefined ? () => (random.uniform() < nonzero ? random.uniform() : 0) : () => random.integer(classes)
  return {
    name: 'random',
    inputs: Float32Array.from({ length: SAMPLES * features }, input),
    labels: Int32Array.from({ length: SAMPLES * (targets ?? 1) }, () => random.integer(classes)),
    shape,
    classes,
    ...(targets === undefined ? {} : { targets }),
  }
}

/** Takes steps; resolves once they are computed. */
type Train = (steps: number) => Promise<void>

async function hearsay(data: Dataset, create: (options: TrainerOptions) => Promise<Trainer>): Promise<Train> {
  const trainer = await create({
    model,
    optimizer: OPTIMIZERS[options.optimizer ?? 'momentum'],
    batch: options.batch,
    seed: 1,
    shardSeed: 1,
    shard: data,
    test: data,
    backend: 'wasm',
  })
  const parameters = await trainer.initial()
  return async steps => {
    const { update } = await trainer.train(parameters, steps)
    for (let i = 0; i < update.length; i++) parameters[i] += update[i]
  }
}

async function asShipped(backend: string, data: Dataset): Promise<Train> {
  if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu')
  else {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(fileURLToPath(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm'))))
  }
  tf.enableProdMode()
  await tf.setBackend(backend)
  const network = await parseModel(model).build({ tf, layers, shape, classes, outputs: classes, seed: 1 })
  const optimizer = tf.train.momentum(LEARNING_RATE, MOMENTUM)
  const { batch } = options
  const inputs = data.inputs as Float32Array
  const width = inputs.length / SAMPLES
  let next = 0
  return async steps => {
    let loss: tf.Tensor | undefined
    for (let step = 0; step < steps; step++) {
      loss?.dispose()
      loss = tf.tidy(() => {
        const x = tf.tensor(inputs.subarray(next * width, (next + batch) * width), [batch, ...shape])
        const y = tf.oneHot(tf.tensor1d(data.labels.subarray(next, next + batch), 'int32'), classes)
        const of = () => tf.losses.softmaxCrossEntropy(y, network.apply(x, { training: true }) as tf.Tensor)
        return optimizer.minimize(of as () => tf.Scalar, true) as tf.Tensor
      })
      next = (next + batch) % SAMPLES
    }
    await loss?.data()
    loss?.dispose()
  }
}

const data = randomData()

async function start(): Promise<Train> {
  switch (options.setup) {
    case 'hearsay':
      return await hearsay(data, createTrainer)
    case 'tensorflow':
      return await hearsay(data, createTensorflowTrainer)
    default:
      return await asShipped(options.setup, data)
  }
}

const train = await start()
await train(options.warmUp)
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now()
  await train(Number(line))
  console.log((performance.now() - start) / 1000)
}
