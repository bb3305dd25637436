/** Labelled samples in memory. */
export interface Dataset {
  /** Where it came from, for messages: `digits`, `csv:FILE`, … */
  readonly name: string
  /** `[samples, features]`, row after row. */
  readonly inputs: Float32Array
  /** `[samples]`, class indices in `[0, classes)`. */
  readonly labels: Int32Array
  /** Shape of one sample, such as `[28, 28, 1]` or `[57]`; its product is the number of features. */
  readonly shape: readonly number[]
  readonly classes: number
  /** What the classes are called, by index, where the source names them. */
  readonly classNames?: readonly string[]
}

export function samples(dataset: Dataset): number {
  return dataset.labels.length
}

export function features(dataset: Dataset): number {
  return dataset.shape.reduce((product, size) => product * size, 1)
}

/**
 * A copy of the samples at `indices`, in that order; an index may come more than once. The copy owns its memory, so that
 * a shard can be transferred to another thread.
 *
 * @throws RangeError where an index is outside of the dataset
 */
export function subset(dataset: Dataset, indices: Int32Array): Dataset {
  const width = features(dataset)
  const inputs = new Float32Array(indices.length * width)
  const labels = new Int32Array(indices.length)
  indices.forEach((index, row) => {
    const label = dataset.labels[index]
    if (label === undefined)
      throw new RangeError(`${dataset.name} has ${samples(dataset)} samples and none at ${index}`)
    labels[row] = label
    inputs.set(dataset.inputs.subarray(index * width, (index + 1) * width), row * width)
  })
  return { ...dataset, inputs, labels }
}
