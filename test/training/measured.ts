import type { Dataset } from '../../src/data/dataset.ts'
import { createRandom } from '../../src/random/random.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'

/** Coefficients of the values of {@link measured}, `[outputs, features]`, and what is added. */
export const COEFFICIENTS = [
  [3, -2, 0.5],
  [0, 1, 4],
]
export const OFFSETS = [10, -300]

/** Samples with values that are linear in their features but for noise of this deviation. */
export function measured(samples: number, seed: number, { outputs = 1, noise = 0.5 } = {}): Dataset {
  const random = createRandom(seed)
  const [{ length: features }] = COEFFICIENTS
  const inputs = Float32Array.from({ length: samples * features }, () => random.normal())
  const values = Float32Array.from({ length: samples * outputs }, (_, i) => {
    const [sample, output] = [Math.floor(i / outputs), i % outputs]
    const row = inputs.subarray(sample * features, (sample + 1) * features)
    return row.reduce((sum, x, f) => sum + COEFFICIENTS[output][f] * x, OFFSETS[output]) + noise * random.normal()
  })
  return { name: 'measured', inputs, labels: new Int32Array(0), values, outputs, shape: [features], classes: 0 }
}

/** A trainer of one value; its targets are standardised by hand. */
export function measuredOptions(given: Partial<TrainerOptions> = {}, outputs = 1): TrainerOptions {
  const valueMap = {
    shift: Float64Array.from(OFFSETS.slice(0, outputs)),
    scale: Float64Array.from([4, 4].slice(0, outputs)),
  }
  return {
    model: 'linear',
    optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
    batch: 16,
    seed: 1,
    shardSeed: 2,
    shard: { ...measured(200, 3, { outputs }), valueMap },
    test: { ...measured(400, 4, { outputs }), valueMap },
    backend: 'wasm',
    ...given,
  }
}
