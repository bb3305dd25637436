import type { Dataset } from '../data/dataset.ts'
import { describeLargeFeatures } from '../data/feature-scales.ts'
import { TrainingDivergedError } from '../training/errors.ts'

/** From here on values make gradients that are many times those of standardised ones, of which hardly any is above 3. */
const LARGE_VALUE = 30

/**
 * The error with what a person can do: what of this peer's data makes training diverge, where that can be seen, and what to change.
 *
 * @param data that this peer trained on, as its model saw it; undefined where the trainer is the caller's own
 */
export function explainDivergence(error: TrainingDivergedError, data: Dataset | undefined): TrainingDivergedError {
  if (data === undefined) return error
  const large = largeFeatures(data) ?? largeValues(data)
  const mends =
    large === undefined
      ? 'Let the recipe (hearsay init) have a smaller --learning-rate, or --clip-norm 1.'
      : `In this peer's data ${large}. Let the recipe (hearsay init) have --standardise; or else a smaller --learning-rate, and --clip-norm 1.`
  return new TrainingDivergedError(`${asSentence(error.message)} ${mends}`, { cause: error })
}

function largeFeatures(data: Dataset): string | undefined {
  try {
    return describeLargeFeatures(data)
  } catch {
    // A file of samples that cannot be read any more must not hide what happened.
    return undefined
  }
}

/** Values that are learned as they are, and are no small numbers. */
function largeValues({ values, valueMap }: Dataset): string | undefined {
  if (values === undefined || valueMap !== undefined) return undefined
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  if (most < LARGE_VALUE) return undefined
  return `the values that are to be predicted are up to ${most.toLocaleString('en', { maximumSignificantDigits: 3 })} in size`
}

function asSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
