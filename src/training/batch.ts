import { type Dataset, features, gather, isRegression, outputs, targets } from '../data/dataset.ts'

/** Room for one batch, filled again for every step. */
export interface Batch {
  readonly size: number
  /** `[size, features]` */
  readonly inputs: Float32Array
  /** `[size, targets]`; empty of a regression */
  readonly labels: Int32Array
  /** `[size, outputs]`, standardised; empty where samples have labels */
  readonly values: Float32Array
  /** Copies the samples with these indices, at most `[size]`. */
  gather(indices: Int32Array): void
}

export function createBatch(dataset: Dataset, size: number): Batch {
  const inputs = new Float32Array(size * features(dataset))
  const labels = new Int32Array(isRegression(dataset) ? 0 : size * targets(dataset))
  const values = new Float32Array(size * outputs(dataset))
  return { size, inputs, labels, values, gather: indices => gather(dataset, indices, inputs, labels, values) }
}
