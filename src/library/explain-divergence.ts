import type { Dataset } from '../data/dataset.ts'
import { describeLargeFeatures } from '../data/feature-scales.ts'
import { TrainingDivergedError } from '../training/errors.ts'

/**
 * The error with what a person can do: what of this peer's data makes training diverge, where that can be seen, and what to change.
 *
 * @param data that this peer trained on, as its model saw it; undefined where the trainer is the caller's own
 */
export function explainDivergence(error: TrainingDivergedError, data: Dataset | undefined): TrainingDivergedError {
  if (data === undefined) return error
  const features = largeFeatures(data)
  const mends =
    features === undefined
      ? 'Let the recipe (hearsay init) have a smaller --learning-rate, or --clip-norm 1.'
      : `In this peer's data ${features}. Let the recipe (hearsay init) have --standardise; or else a smaller --learning-rate, and --clip-norm 1.`
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

function asSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
