import { expect, test } from 'vitest'
import { createLayout } from '../../../src/parameters/layout.ts'
import { meanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import { parametersOf, weightsOf } from '../../../src/training/layers-model/batch-statistics.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import type { TrainerOptions } from '../../../src/training/trainer-options.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { add } from '../blobs.ts'

const folder = temporaryFolder()

const layout = createLayout([
  { name: 'dense/kernel', shape: [2], trainable: true },
  { name: 'norm/moving_mean', shape: [2], trainable: false },
  { name: 'norm/moving_variance', shape: [2], trainable: false },
])

test('weights and parameters are each other’s inverse', () => {
  const weights = Float32Array.of(5, 6, -1, 3, 0.5, 2)
  const parameters = parametersOf(layout, weights)
  expect(parameters).toEqual(Float32Array.of(5, 6, -1, 3, 1.5, 11))
  expect(weightsOf(layout, parameters)).toEqual(weights)
})

test('the average of two parameter vectors has the statistics of both peers’ data together', () => {
  // Peer 1 sees -1 and 1, peer 2 sees 9 and 11: together mean 5 and variance 26, each alone variance 1.
  const ofPeers = [Float32Array.of(0, 0, 0, 0, 1, 1), Float32Array.of(0, 0, 10, 0, 1, 1)]
  const merged = weightsOf(layout, meanOf(ofPeers.map(weights => parametersOf(layout, weights))))
  expect(merged).toEqual(Float32Array.of(0, 0, 5, 0, 26, 1))
})

test('rounding makes no variance negative', () => {
  expect(weightsOf(layout, Float32Array.of(0, 0, 3, 0, 8.999, 1))[4]).toBe(0)
})

test('a model without batch normalisation keeps its vector, uncopied', () => {
  const plain = createLayout([{ name: 'moving_variance', shape: [1], trainable: true }])
  const vector = Float32Array.of(4)
  expect(weightsOf(plain, vector)).toBe(vector)
  expect(parametersOf(plain, vector)).toBe(vector)
})

/** Four classes along a line, near 0, 1, 5 and 6: what a peer finds near together, the swarm finds far apart. */
function onALine(classes: readonly number[], seed: number): TrainerOptions['shard'] {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: 200 }, (_, i) => classes[i % classes.length])
  const inputs = Float32Array.from(labels, label => [0, 1, 5, 6][label] + 0.1 * random.normal())
  return { name: 'line', inputs, labels, shape: [1], classes: 4 }
}

test('peers with different classes merge into the statistics of all data, and into a model that is right', async () => {
  const file = folder.write(
    'norm.mjs',
    `export default ({ layers, shape, classes }) => layers.sequential({ layers: [
      layers.layers.batchNormalization({ name: 'norm', inputShape: shape, momentum: 0.9 }),
      layers.layers.dense({ name: 'hidden', units: 16, activation: 'relu', kernelInitializer: layers.initializers.heNormal({ seed: 3 }) }),
      layers.layers.dense({ name: 'logits', units: classes, kernelInitializer: layers.initializers.glorotNormal({ seed: 5 }) }),
    ] })`,
  )
  const trainers: Trainer[] = []
  const make = async (shard: TrainerOptions['shard'], learningRate: number) => {
    const options = { batch: 100, seed: 1, shardSeed: 1, shard, test: onALine([0, 1, 2, 3], 9), backend: 'wasm' }
    const optimizer = { name: 'sgd', learningRate, momentum: 0.9 } as const
    const trainer = await createTrainer({ ...options, model: `module:${file}`, optimizer })
    trainers.push(trainer)
    return trainer
  }
  try {
    const all = await make(onALine([0, 1, 2, 3], 1), 0.1)
    const start = await all.initial()
    const trained = add(start, (await all.train(start, 400)).update)
    expect((await all.evaluate(trained)).accuracy).toBeGreaterThan(0.98)

    // From there each sees its own classes only. The learning rate leaves everything but the statistics where it is.
    const own: Float32Array[] = []
    for (const [index, classes] of [
      [0, 1],
      [2, 3],
    ].entries()) {
      const peer = await make(onALine(classes, 2 + index), 1e-12)
      own.push(add(trained, (await peer.train(trained, 100)).update))
    }
    const merged = meanOf(own)
    const { tensors } = all.layout
    const [mean, variance] = tensors.slice(-2).map(({ offset }) => weightsOf(all.layout, merged)[offset])
    expect(tensors.slice(-2).map(({ name }) => name)).toEqual(['norm/moving_mean', 'norm/moving_variance'])
    // The statistics of 0, 1, 5 and 6 with noise of 0.1: mean 3, variance 6.5 and 0.01.
    expect(mean).toBeCloseTo(3, 1)
    expect(variance).toBeCloseTo(6.51, 0)

    const naive = parametersOf(all.layout, meanOf(own.map(parameters => weightsOf(all.layout, parameters))))
    expect((await all.evaluate(merged)).accuracy).toBeGreaterThan(0.98)
    expect((await all.evaluate(naive)).accuracy).toBeLessThan(0.7)
  } finally {
    for (const trainer of trainers) await trainer.stop()
  }
})
