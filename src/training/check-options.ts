import { type Dataset, inputRows, isRegression, outputs, samples } from '../data/dataset.ts'
import { UsageError } from '../errors.ts'
import type { TrainerOptions } from './trainer-options.ts'

/**
 * Finds what would make training fail later, in less clear words.
 *
 * @throws UsageError naming what is wrong
 */
export function checkOptions({ batch, shard, test }: TrainerOptions): void {
  if (!Number.isInteger(batch) || batch < 1) throw new UsageError(`a batch is 1 sample or more, not ${batch}`)
  checkDataset('shard', shard)
  checkDataset('test set', test)
  const predicts = (dataset: Dataset) =>
    isRegression(dataset) ? `with ${outputs(dataset)} values` : `in ${dataset.classes} classes`
  if (shard.shape.join() !== test.shape.join() || predicts(shard) !== predicts(test)) {
    throw new UsageError(
      `the shard (${shard.name}) and the test set (${test.name}) do not belong together: ` +
        `samples of shape [${shard.shape}] ${predicts(shard)}, and [${test.shape}] ${predicts(test)}`,
    )
  }
}

/**
 * @param role what it is called in messages
 * @throws UsageError naming what is wrong
 */
export function checkDataset(role: string, dataset: Dataset): void {
  const { name, labels, classes } = dataset
  if (samples(dataset) === 0) throw new UsageError(`the ${role} (${name}) has no samples`)
  if (inputRows(dataset) !== samples(dataset)) {
    throw new UsageError(
      `the ${role} (${name}) has ${samples(dataset)} ${isRegression(dataset) ? 'rows of values' : 'labels'}, but ${inputRows(dataset)} samples`,
    )
  }
  const unusable = dataset.values?.findIndex(value => !Number.isFinite(value)) ?? -1
  if (unusable >= 0) {
    throw new UsageError(
      `the ${role} (${name}) gives sample ${Math.floor(unusable / outputs(dataset))} the value ${dataset.values?.[unusable]}: values are finite numbers`,
    )
  }
  const wrong = labels.findIndex(label => label < 0 || label >= classes)
  if (wrong >= 0) {
    throw new UsageError(
      `the ${role} (${name}) gives sample ${wrong} the label ${labels[wrong]}: with ${classes} classes, labels are 0 to ${classes - 1}`,
    )
  }
}
