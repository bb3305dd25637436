import { setImmediate } from 'node:timers/promises'
import { type AffineMap, applyMap } from './affine-map.ts'
import { type Dataset, features, gather, samples, targets } from './dataset.ts'
import type { Split } from './source.ts'
import { inMemory } from './stored-rows.ts'

/**
 * Shifts and scales every feature so that its mean is 0 and its standard deviation 1 over the training samples. The test
 * samples go through the same map, of which they have no part. A feature that never varies becomes 0.
 */
export async function standardise({ train, test }: Split): Promise<Split> {
  const mean = await meanOf(train)
  const map = standardisingMap(mean, await variationAround(mean, train))
  return { train: mapped(train, map), test: mapped(test, map) }
}

/** `[features]`: the mean of each. Rejects with the signal's reason when it is aborted. */
export async function meanOf(dataset: Dataset, signal?: AbortSignal): Promise<Float64Array> {
  const rows = samples(dataset)
  // Counted from the first row, so that a feature that never varies has that very value for its mean, unrounded.
  let origin: Float64Array | undefined
  const mean = new Float64Array(features(dataset))
  await eachRow(
    dataset,
    row => {
      if (origin === undefined) {
        origin = Float64Array.from(row)
        mean.set(origin)
      }
      for (let feature = 0; feature < row.length; feature++) mean[feature] += (row[feature] - origin[feature]) / rows
    },
    signal,
  )
  return mean
}

/**
 * `[features]`: the mean squared difference from `centre`, which is the variance where that is the mean. Rejects with the
 * signal's reason when it is aborted.
 */
export async function variationAround(
  centre: Float64Array,
  dataset: Dataset,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const rows = samples(dataset)
  const variation = new Float64Array(centre.length)
  await eachRow(
    dataset,
    row => {
      for (let feature = 0; feature < row.length; feature++) {
        variation[feature] += (row[feature] - centre[feature]) ** 2 / rows
      }
    },
    signal,
  )
  return variation
}

/** The map that gives features of this mean and variance mean 0 and variance 1; one that never varies is only shifted. */
export function standardisingMap(mean: Float64Array, variance: Float64Array): AffineMap {
  return { shift: mean, scale: variance.map(value => Math.sqrt(value) || 1) }
}

/** The dataset with its inputs mapped: stored rows stay as they are, and are mapped when they are read. */
function mapped(dataset: Dataset, map: AffineMap): Dataset {
  const { inputs, maps = [] } = dataset
  if (!inMemory(inputs) || maps.length > 0) return { ...dataset, maps: [...maps, map] }
  const result = new Float32Array(inputs.length)
  applyMap(map, inputs, result)
  return { ...dataset, inputs: result }
}

/** Elements that are read in a row: a few milliseconds, after which others may have the thread. */
const READ_AT_ONCE = 2 ** 20

/** Shows every row of inputs, which is only valid during the call. A peer that reads much data must go on answering. */
async function eachRow(dataset: Dataset, visit: (row: Float32Array) => void, signal?: AbortSignal): Promise<void> {
  const row = new Float32Array(features(dataset))
  const labels = new Int32Array(targets(dataset))
  const sample = new Int32Array(1)
  let read = 0
  for (; sample[0] < samples(dataset); sample[0]++) {
    gather(dataset, sample, row, labels)
    visit(row)
    read += row.length
    if (read < READ_AT_ONCE) continue
    read = 0
    await setImmediate()
    signal?.throwIfAborted()
  }
}
