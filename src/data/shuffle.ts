import { createRandom } from '../random/random.ts'
import { type Dataset, samples } from './dataset.ts'

/** A random order of a dataset's samples, by the seed: many files are sorted by class. */
export function shuffledOrder(dataset: Dataset, seed: number | string): Int32Array<ArrayBuffer> {
  return createRandom(seed).shuffle(Int32Array.from({ length: samples(dataset) }, (_, sample) => sample))
}
