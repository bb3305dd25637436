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
export function splitLastFifth(dataset: Dataset, limit?: number, order?: Int32Array): Split {
  return splitLast(dataset, 1 / TEST_SHARE, limit, order)
}

/**
 * Keeps the last `share` of the samples for testing, and of the others the first `limit`.
 *
 * @param share above 0 and below 1
 * @param order of the samples; as they are where absent
 * @throws DataFileError where the share is less than one sample
 */
export function splitLast(
  dataset: Dataset,
  share: number,
  limit = Number.POSITIVE_INFINITY,
  order: Int32Array = Int32Array.from({ length: samples(dataset) }, (_, sample) => sample),
): Split {
  const total = samples(dataset)
  const least = Math.ceil(1 / share)
  // Of five samples a fifth is one, whatever the product of the rounded figures.
  const tests = Math.floor(total * share + 1e-9)
  if (tests < 1 || tests === total) {
    throw new DataFileError(
      `${dataset.name}: found ${total} samples; expected at least ${least}, as one in ${least} is for testing`,
    )
  }
  const training = total - tests
  return {
    train: subset(dataset, order.subarray(0, Math.min(training, limit))),
    test: subset(dataset, order.subarray(training)),
  }
}
