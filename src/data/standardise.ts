import { setImmediate } from 'node:timers/promises'
import { type AffineMap, applyMap } from './affine-map.ts'
import { type Dataset, features, gather, outputs, samples, targets } from './dataset.ts'
import { allQuantities, featureOf, type Quantities, quantityCount, standardisedCount } from './quantities.ts'
import type { Split } from './source.ts'
import { inMemory } from './stored-rows.ts'

/** A mean of each quantity, and of how many samples: those in which it is not missing. */
export interface Means {
  readonly values: Float64Array
  readonly counts: Float64Array
}

/** How samples are mapped: their features, and the values that are to be predicted, where they are. */
export interface StandardisingMaps {
  readonly features: AffineMap
  readonly values?: AffineMap
}

/**
 * Shifts and scales every quantity so that its mean is 0 and its standard deviation 1 over the training samples. The test
 * samples go through the same map, of which they have no part. A feature that never varies becomes 0, and so does a missing one.
 */
export async function standardise(split: Split, quantities = allQuantities(split.train)): Promise<Split> {
  const { train, test } = split
  const { values: mean } = await meansOf(train, quantities)
  const { values: variance } = await variationsAround(mean, train, quantities)
  const maps = standardisingMaps(quantities, mean, variance)
  return { ...split, train: mapped(train, maps), test: mapped(test, maps) }
}

/** `[quantities]`: the mean of each. Rejects with the signal's reason when it is aborted. */
export async function meansOf(dataset: Dataset, quantities: Quantities, signal?: AbortSignal): Promise<Means> {
  const count = quantityCount(quantities)
  // Counted from the first value, so that a feature that never varies has that very value for its mean, unrounded.
  const origin = new Float64Array(count)
  const values = new Float64Array(count)
  const counts = new Float64Array(count)
  await eachRow(
    dataset,
    quantities,
    row => {
      for (let i = 0; i < count; i++) {
        if (Number.isNaN(row[i])) continue
        if (counts[i] === 0) origin[i] = row[i]
        counts[i]++
        values[i] += (row[i] - origin[i] - values[i]) / counts[i]
      }
    },
    signal,
  )
  return { values: values.map((value, i) => origin[i] + value), counts }
}

/**
 * `[quantities]`: the mean squared difference from `centre`, which is the variance where that is the mean. Rejects with the
 * signal's reason when it is aborted.
 */
export async function variationsAround(
  centre: Float64Array,
  dataset: Dataset,
  quantities: Quantities,
  signal?: AbortSignal,
): Promise<Means> {
  const count = quantityCount(quantities)
  const sums = new Float64Array(count)
  const counts = new Float64Array(count)
  await eachRow(
    dataset,
    quantities,
    row => {
      for (let i = 0; i < count; i++) {
        if (Number.isNaN(row[i])) continue
        counts[i]++
        sums[i] += (row[i] - centre[i]) ** 2
      }
    },
    signal,
  )
  return { values: sums.map((sum, i) => (counts[i] === 0 ? 0 : sum / counts[i])), counts }
}

/** The maps that give quantities of this mean and variance mean 0 and variance 1; one that never varies is only shifted. */
export function standardisingMaps(
  quantities: Quantities,
  mean: Float64Array,
  variance: Float64Array,
): StandardisingMaps {
  const { features, outputs } = quantities
  const identity = (length: number) => ({ shift: new Float64Array(length), scale: new Float64Array(length).fill(1) })
  const ofFeatures = identity(features)
  const ofValues = identity(outputs)
  const count = standardisedCount(quantities)
  const first = count - outputs
  for (let i = 0; i < count; i++) {
    const feature = featureOf(quantities, i)
    const map = feature === undefined ? ofValues : ofFeatures
    map.shift[feature ?? i - first] = mean[i]
    map.scale[feature ?? i - first] = Math.sqrt(variance[i]) || 1
  }
  return outputs === 0 ? { features: ofFeatures } : { features: ofFeatures, values: ofValues }
}

/** The dataset with its inputs mapped: stored rows stay as they are, and are mapped when they are read. */
function mapped(dataset: Dataset, { features, values }: StandardisingMaps): Dataset {
  const { inputs, maps = [] } = dataset
  const ofValues = values === undefined ? {} : { valueMap: values }
  if (!inMemory(inputs) || maps.length > 0) return { ...dataset, ...ofValues, maps: [...maps, features] }
  const result = new Float32Array(inputs.length)
  applyMap(features, inputs, result)
  return { ...dataset, ...ofValues, inputs: result }
}

/** Elements that are read in a row: a few milliseconds, after which others may have the thread. */
const READ_AT_ONCE = 2 ** 20

/** Shows the quantities of every row, which are only valid during the call. A peer that reads much data must go on answering. */
async function eachRow(
  dataset: Dataset,
  quantities: Quantities,
  visit: (row: Float32Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  const inputs = new Float32Array(features(dataset))
  const values = new Float32Array(outputs(dataset))
  const labels = new Int32Array(targets(dataset))
  const sample = new Int32Array(1)
  const { scaled, classes = 0 } = quantities
  const row = new Float32Array(quantityCount(quantities))
  const end = standardisedCount(quantities)
  const first = end - quantities.outputs
  // Unmapped: values are standardised once, whatever map is set already.
  const bare = { ...dataset, valueMap: undefined }
  let read = 0
  for (; sample[0] < samples(dataset); sample[0]++) {
    gather(bare, sample, inputs, labels, values)
    if (scaled === undefined) row.set(inputs)
    else for (let i = 0; i < scaled.length; i++) row[i] = inputs[scaled[i]]
    if (quantities.outputs > 0) row.set(values, first)
    if (classes > 0) {
      row.fill(0, end)
      row[end + labels[0]] = 1
    }
    visit(row)
    read += inputs.length
    if (read < READ_AT_ONCE) continue
    read = 0
    await setImmediate()
    signal?.throwIfAborted()
  }
}
