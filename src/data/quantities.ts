import { type Dataset, features, outputs } from './dataset.ts'

/**
 * What of a dataset peers agree on, in this order: some features or all, which are standardised; then the values that are to be predicted,
 * which are too; then for each class 1 in its samples and 0 in others, whose mean is the class's share.
 */
export interface Quantities {
  /** Features of a sample. */
  readonly features: number
  /** Which of them; all where absent. The others, such as the 0 and 1 of categories, stay as they are. */
  readonly scaled?: Int32Array
  /** Values that are to be predicted of a sample. */
  readonly outputs: number
  /** Classes whose shares are wanted. None where absent. */
  readonly classes?: number
  /** Whether some may be missing, NaN, and how many are there is a figure of each one's own. */
  readonly hasGaps: boolean
}

/** Everything that is measured in a dataset. */
export function allQuantities(dataset: Dataset): Quantities {
  return { features: features(dataset), outputs: outputs(dataset), hasGaps: false }
}

/** How many they are. */
export function quantityCount({ classes = 0, ...standardised }: Quantities): number {
  return standardisedCount(standardised) + classes
}

/** How many of them are standardised: the first ones. */
export function standardisedCount({ features, scaled, outputs }: Quantities): number {
  return (scaled?.length ?? features) + outputs
}

/** The feature of a quantity; undefined of a value that is to be predicted, and of a class. */
export function featureOf({ features, scaled }: Quantities, quantity: number): number | undefined {
  if (quantity >= (scaled?.length ?? features)) return undefined
  return scaled === undefined ? quantity : scaled[quantity]
}
