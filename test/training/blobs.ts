import type { Dataset } from '../../src/data/dataset.ts'
import { createRandom } from '../../src/random/random.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'

/** Gaussian blobs, one around a corner of a cube for each class: a small MLP separates them. */
export function blobs(samples: number, seed: number, { features = 6, classes = 3 } = {}): Dataset {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: samples }, () => random.integer(classes))
  const inputs = Float32Array.from({ length: samples * features }, (_, i) => {
    const centre = labels[Math.floor(i / features)] === i % classes ? 1.5 : 0
    return centre + 0.5 * random.normal()
  })
  return { name: 'blobs', inputs, labels, shape: [features], classes }
}

/** A trainer that learns the blobs within a hundred steps. */
export const blobOptions: TrainerOptions = {
  model: 'mlp:8',
  optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
  batch: 16,
  seed: 1,
  shardSeed: 2,
  shard: blobs(100, 3),
  test: blobs(300, 4),
  backend: 'wasm',
}

/** Parameters after an update. */
export function add(parameters: Float32Array, update: Float32Array): Float32Array {
  return parameters.map((value, i) => value + update[i])
}
