/** Labelled samples in memory. */
export interface Dataset {
  /** Where it came from, for messages: `digits`, `csv:FILE`, … */
  readonly name: string
  /** `[samples, features]`, row after row. */
  readonly inputs: Float32Array
  /** `[samples, targets]`, class indices in `[0, classes)`. */
  readonly labels: Int32Array
  /** Shape of one sample, such as `[28, 28, 1]` or `[57]`; its product is the number of features. */
  readonly shape: readonly number[]
  readonly classes: number
  /** What the classes are called, by index, where the source names them. */
  readonly classNames?: readonly string[]
  /** Labels of one sample: 1 where absent; for a sequence, one at each position. */
  readonly targets?: number
}

export function samples(dataset: Dataset): number {
  return dataset.labels.length / targets(dataset)
}

/** Labels of one sample. */
export function targets({ targets = 1 }: Dataset): number {
  return targets
}

export function features(dataset: Dataset): number {
  return dataset.shape.reduce((product, size) => product * size, 1)
}

/**
 * Copies the samples at `indices`, in that order.
 *
 * @param inputs where to, `[indices, features]`
 * @param labels where to, `[indices, targets]`
 * @throws RangeError where an index is outside of the dataset
 */
export function gather(dataset: Dataset, indices: Int32Array, inputs: Float32Array, labels: Int32Array): void {
  const width = features(dataset)
  const perSample = targets(dataset)
  const count = samples(dataset)
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]
    if (index < 0 || index >= count) {
      throw new RangeError(`${dataset.name} has ${count} samples and none at ${index}`)
    }
    for (let target = 0; target < perSample; target++) {
      labels[row * perSample + target] = dataset.labels[index * perSample + target]
    }
    inputs.set(dataset.inputs.subarray(index * width, (index + 1) * width), row * width)
  }
}

/**
 * A copy of the samples at `indices`, in that order; an index may come more than once. The copy owns its memory, so that
 * a shard can be transferred to another thread.
 *
 * @throws RangeError where an index is outside of the dataset
 */
export function subset(dataset: Dataset, indices: Int32Array): Dataset {
  const inputs = new Float32Array(indices.length * features(dataset))
  const labels = new Int32Array(indices.length * targets(dataset))
  gather(dataset, indices, inputs, labels)
  return { ...dataset, inputs, labels }
}
