import { TEST_SHARE } from './constants.ts'
import { type Dataset, samples, subset } from './dataset.ts'
import { DataFileError } from './errors.ts'
import type { Split } from './source.ts'

/**
 * Keeps the last fifth of the samples for testing, and of the others the first `limit`.
 *
 * @param order of the samples; as they are where absent
 * @throws DataFileError where a fifth is less than one sample
 */
export function splitLastFifth(
  dataset: Dataset,
  limit = Number.POSITIVE_INFINITY,
  order = Int32Array.from({ length: samples(dataset) }, (_, sample) => sample),
): Split {
  const total = samples(dataset)
  if (total < TEST_SHARE) {
    throw new DataFileError(
      `${dataset.name}: found ${total} samples; expected at least ${TEST_SHARE}, as one in ${TEST_SHARE} is for testing`,
    )
  }
  const training = total - Math.floor(total / TEST_SHARE)
  return {
    train: subset(dataset, order.subarray(0, Math.min(training, limit))),
    test: subset(dataset, order.subarray(training)),
  }
}
