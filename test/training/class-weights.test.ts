import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { balancedWeights, balanceWeights, createSharedWeights } from '../../src/data/class-weights.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { createRandom } from '../../src/random/random.ts'
import { startBackend } from '../../src/training/backend.ts'
import { softmaxCrossEntropy } from '../../src/training/objective.ts'
import { createWorkerTrainer } from '../../src/training/remote/worker-trainer.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'
import { add, blobOptions } from './blobs.ts'

beforeAll(async () => (await startBackend('cpu')).select())

test('balanced weights make every class count alike, and are 1 in the mean over samples', () => {
  const counts = [90, 8, 2]
  const weights = balancedWeights(counts)
  const sums = counts.map((count, c) => count * weights[c])
  for (const sum of sums) expect(sum).toBeCloseTo(100 / 3, 10)
  // Counts of a mean over peers say the same.
  const ofMean = balancedWeights(counts.map(count => count / 7))
  for (const [c, weight] of weights.entries()) expect(ofMean[c]).toBeCloseTo(weight, 10)
})

test('a class without samples takes nothing from the others', () => {
  expect([...balancedWeights([30, 0, 10])]).toEqual([2 / 3, 1, 2])
  expect([...balancedWeights([0, 0])]).toEqual([1, 1])
})

test('the gradient of the weighted loss is that of finite differences', () => {
  const logits = [1, 2, 3, -1, 0, 0.5]
  const labels = tf.tensor1d([0, 2], 'int32')
  const weights = tf.tensor1d([5, 0.25])
  const lossOf = (z: tf.Tensor) => softmaxCrossEntropy(z as tf.Tensor2D, labels, weights)
  const gradient = tf
    .grad(lossOf)(tf.tensor2d(logits, [2, 3]))
    .dataSync()
  const h = 1e-2
  for (const i of logits.keys()) {
    const moved = (by: number) =>
      lossOf(
        tf.tensor2d(
          logits.map((z, k) => (k === i ? z + by : z)),
          [2, 3],
        ),
      ).dataSync()[0]
    expect(gradient[i]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 3)
  }
})

/** Two overlapping classes, one of which is rare. */
function rare(samples: number, seed: number): Dataset {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: samples }, (_, i) => (i % 25 === 0 ? 1 : 0))
  const inputs = Float32Array.from({ length: samples * 2 }, (_, i) => 1.5 * labels[i >> 1] + random.normal())
  return { name: 'rare', inputs, labels, shape: [2], classes: 2 }
}

const options: TrainerOptions = {
  ...blobOptions,
  model: 'linear',
  batch: 50,
  shard: rare(1_000, 1),
  test: rare(1_000, 2),
  optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0 },
}

/** How many of the rare class a trained model finds. */
async function recall(trainer: Trainer): Promise<number> {
  try {
    const initial = await trainer.initial()
    const [a, b, c, d, e, f] = add(initial, (await trainer.train(initial, 400)).update)
    const { inputs, labels } = options.test
    const x = inputs as Float32Array
    const found = [...labels.keys()].filter(i => {
      const [u, v] = [x[2 * i], x[2 * i + 1]]
      return labels[i] === 1 && u * b + v * d + f > u * a + v * c + e
    })
    return found.length / labels.filter(label => label === 1).length
  } finally {
    await trainer.stop()
  }
}

test('a rare class is found with balanced weights, which a thread may be told of later', async () => {
  const classWeights = createSharedWeights(2)
  const weighted = await createWorkerTrainer({ ...options, classWeights })
  balanceWeights(classWeights, [960, 40])
  const [without, balanced] = await Promise.all([recall(await createTensorflowTrainer(options)), recall(weighted)])
  expect(without).toBeLessThan(0.5)
  expect(balanced).toBeGreaterThan(0.8)
})

test('weights of 1 change no bit', async () => {
  const update = async (given: TrainerOptions) => {
    const trainer = await createTensorflowTrainer(given)
    const trained = await trainer.train(await trainer.initial(), 5)
    await trainer.stop()
    return trained.update
  }
  expect(await update({ ...options, classWeights: createSharedWeights(2) })).toEqual(await update(options))
})
