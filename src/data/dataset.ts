import { type AffineMap, applyMap } from './affine-map.ts'
import { inMemory, readRow, type StoredRows, selectRows } from './stored-rows.ts'

/** Labelled samples: all in memory, or only the labels, where the inputs are too large. */
export interface Dataset {
  /** The source it came from, for messages: `digits`, `csv:FILE`, … */
  readonly name: string
  /** `[samples, features]`, row after row. Read through {@link gather}, it does not matter where they are kept. */
  readonly inputs: Float32Array | StoredRows
  /** Maps that inputs go through when they are read, in this order. None where absent. */
  readonly maps?: readonly AffineMap[]
  /** `[samples, targets]`, class indices in `[0, classes)`. */
  readonly labels: Int32Array
  /** Shape of one sample, such as `[28, 28, 1]` or `[57]`; its product is the number of features. */
  readonly shape: readonly number[]
  /** Names of the features, in their order, where the source names them. */
  readonly featureNames?: readonly string[]
  readonly classes: number
  /** Names of the classes, by index, where the source names them. */
  readonly classNames?: readonly string[]
  /**
   * Labels of one sample: 1 where absent; for a sequence of symbols, one at each position. Of a sequence the inputs are
   * symbols too: class indices, as the labels are.
   */
  readonly targets?: number
}

export function samples(dataset: Dataset): number {
  return dataset.labels.length / targets(dataset)
}

/** Labels of one sample. */
export function targets({ targets = 1 }: Dataset): number {
  return targets
}

/** Whether samples are sequences of symbols. */
export function isSequence({ targets }: Dataset): boolean {
  return targets !== undefined
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
  gatherLabels(dataset, indices, labels)
  const width = features(dataset)
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]
    if (inMemory(dataset.inputs)) inputs.set(dataset.inputs.subarray(index * width, (index + 1) * width), row * width)
    else readRow(dataset.inputs, index, inputs.subarray(row * width, (row + 1) * width))
  }
  if (dataset.maps === undefined) return
  const read = inputs.subarray(0, indices.length * width)
  for (const map of dataset.maps) applyMap(map, read, read)
}

function gatherLabels(dataset: Dataset, indices: Int32Array, labels: Int32Array): void {
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
  }
}

/**
 * A copy of the samples at `indices`, in that order; an index may come more than once. Stored rows stay in their file,
 * of which the copy takes these; in memory the copy owns what it holds.
 *
 * @throws RangeError where an index is outside of the dataset
 */
export function subset(dataset: Dataset, indices: Int32Array): Dataset {
  const labels = new Int32Array(indices.length * targets(dataset))
  if (!inMemory(dataset.inputs)) {
    gatherLabels(dataset, indices, labels)
    return { ...dataset, inputs: selectRows(dataset.inputs, indices), labels }
  }
  const inputs = new Float32Array(indices.length * features(dataset))
  // Unmapped: the copy has the same maps to go through.
  gather({ ...dataset, maps: undefined }, indices, inputs, labels)
  return { ...dataset, inputs, labels }
}

/** Rows of inputs: where the dataset is sound, as many as {@link samples}. */
export function inputRows(dataset: Dataset): number {
  return inMemory(dataset.inputs) ? dataset.inputs.length / features(dataset) : dataset.inputs.rows.length
}
