import { type Dataset, features, outputs } from './dataset.ts'

/** What of a dataset is standardised, in this order: some features or all, and then the values that are to be predicted. */
export interface Quantities {
  /** Features of a sample. */
  readonly features: number
  /** Which of them; all where absent. The others, such as the 0 and 1 of categories, stay as they are. */
  readonly scaled?: Int32Array
  /** Values that are to be predicted of a sample. */
  readonly outputs: number
  /** Whether some may be missing, NaN, and how many are there is a figure of each one's own. */
  readonly hasGaps: boolean
}

/** Everything that is measured in a dataset. */
export function allQuantities(dataset: Dataset): Quantities {
  return { features: features(dataset), outputs: outputs(dataset), hasGaps: false }
}

/** How many they are. */
export function quantityCount({ features, scaled, outputs }: Quantities): number {
  return (scaled?.length ?? features) + outputs
}

/** The feature of a quantity; undefined of a value that is to be predicted. */
export function featureOf({ features, scaled }: Quantities, quantity: number): number | undefined {
  if (quantity >= (scaled?.length ?? features)) return undefined
  return scaled === undefined ? quantity : scaled[quantity]
}
