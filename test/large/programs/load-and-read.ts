/**
 * Loads a source, reads every sample once, and prints how much memory that took.
 *
 * @packageDocumentation
 */

import { type Dataset, features, gather, samples } from '../../../src/data/dataset.ts'
import { loadDataset } from '../../../src/data/sources.ts'

/** Every column counts, whatever is in it. */
const table = 'every'
const [source, limit] = process.argv.slice(2)
const peak = () => process.resourceUsage().maxRSS * 1_024

// A first, small source: the code and libraries that loading needs are no part of the data.
await loadDataset(process.argv[4], { seed: 1, table })
const before = peak()
const { train, test } = await loadDataset(source, { seed: 1, table, memoryLimitBytes: Number(limit) })
const sum = sumOf(train) + sumOf(test)
process.stdout.write(JSON.stringify({ grown: peak() - before, samples: samples(train) + samples(test), sum }))

function sumOf(dataset: Dataset): number {
  const inputs = new Float32Array(features(dataset))
  let sum = 0
  for (let sample = 0; sample < samples(dataset); sample++) {
    gather(dataset, Int32Array.of(sample), inputs, new Int32Array(1))
    for (const value of inputs) sum += value
  }
  return sum
}
