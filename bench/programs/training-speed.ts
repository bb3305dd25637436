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
import { parseModel } from '../../src/training/models.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'

export interface TrainingSpeedOptions {
  /** `hearsay` is its trainer on wasm; the others are TensorFlow.js's backends as shipped, with its own optimizer. */
  readonly setup: 'hearsay' | 'wasm' | 'cpu'
  readonly network: 'mlp' | 'cnn' | 'language'
  readonly batch: number
  /** Steps before the first measurement. */
  readonly warmUp: number
}

const SAMPLES = 512
const LEARNING_RATE = 0.01
const MOMENTUM = 0.9

const NETWORKS = {
  mlp: { model: 'mlp:256', shape: [784], classes: 10, targets: undefined },
  cnn: {
    model: `module:${join(import.meta.dirname, 'small-cnn.ts')}`,
    shape: [28, 28, 1],
    classes: 10,
    targets: undefined,
  },
  language: { model: 'language', shape: [64], classes: 65, targets: 64 },
}

const options = JSON.parse(process.argv[2]) as TrainingSpeedOptions
const { model, shape, classes, targets } = NETWORKS[options.network]

function randomData(): Dataset {
  const random = createRandom(1)
  const features = shape.reduce((product, size) => product * size, 1)
  // Inputs of a sequence are classes too.
  const input = options.network === 'language' ? () => random.integer(classes) : () => random.uniform()
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

async function hearsay(data: Dataset): Promise<Train> {
  const trainer = await createTensorflowTrainer({
    model,
    optimizer: { name: 'sgd', learningRate: LEARNING_RATE, momentum: MOMENTUM },
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
    for (const [i, change] of update.entries()) parameters[i] += change
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
const train = options.setup === 'hearsay' ? await hearsay(data) : await asShipped(options.setup, data)
await train(options.warmUp)
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now()
  await train(Number(line))
  console.log((performance.now() - start) / 1000)
}
