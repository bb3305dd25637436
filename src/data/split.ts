import { TEST_SHARE } from './constants.ts'
import { type Dataset, samples, subset } from './dataset.ts'
import { DataFileError } from './errors.ts'
import type { Split } from './source.ts'

/**
 * Keeps the last fifth of the samples for testing, and of the others the first `limit`.
 *
 * @throws DataFileError where a fifth is less than one sample
 */
export function splitLastFifth(dataset: Dataset, limit = Number.POSITIVE_INFINITY): Split {
  const total = samples(dataset)
  if (total < TEST_SHARE) {
    throw new DataFileError(
      `${dataset.name}: found ${total} samples; expected at least ${TEST_SHARE}, as one in ${TEST_SHARE} is for testing`,
    )
  }
  const training = total - Math.floor(total / TEST_SHARE)
  const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i)
  return {
    train: subset(dataset, range(0, Math.min(training, limit))),
    test: subset(dataset, range(training, total)),
  }
}
