import { type AffineMap, applyMap } from './affine-map.ts'
import { inMemory, readRow, type StoredRows, selectRows } from './stored-rows.ts'

/** Samples with what is to be predicted of each: all in memory, or only that, where the inputs are too large. */
export interface Dataset {
  /** The source it came from, for messages: `digits`, `csv:FILE`, … */
  readonly name: string
  /** `[samples, features]`, row after row. Read through {@link gather}, it does not matter where they are kept. */
  readonly inputs: Float32Array | StoredRows
  /** Maps that inputs go through when they are read, in this order. None where absent. */
  readonly maps?: readonly AffineMap[]
  /** `[samples, targets]`, class indices in `[0, classes)`; empty where {@link values} are what is to be predicted. */
  readonly labels: Int32Array
  /**
   * `[samples, outputs]`: measured values to be predicted, in the units of the data, in place of labels: a regression. There are no
   * classes then.
   */
  readonly values?: Float32Array
  /** Values of one sample, at least 1: there where {@link values} are. */
  readonly outputs?: number
  /**
   * The map that standardises values, `[outputs]`: what {@link gather} gives, and what a model learns, is (value − shift) / scale. What is
   * told to people is in the units of the data. None where absent.
   */
  readonly valueMap?: AffineMap
  /** Shape of one sample, such as `[28, 28, 1]` or `[57]`; its product is the number of features. */
  readonly shape: readonly number[]
  /**
   * `[samples]`: where each stands in its file, for messages: the line in an editor, from 1, or the number of the row where the file has
   * no lines. Absent where the source has no rows.
   */
  readonly lines?: Int32Array
  /** Names of the features, in their order, where the source names them. */
  readonly featureNames?: readonly string[]
  /** 0 of a regression. */
  readonly classes: number
  /** Names of the classes, by index, where the source names them. */
  readonly classNames?: readonly string[]
  /**
   * Labels of one sample: 1 where absent; for a sequence of symbols, one at each position. Of a sequence the inputs are
   * symbols too: class indices, as the labels are.
   */
  readonly targets?: number
}

/** Samples in a dataset. */
export function samples(dataset: Dataset): number {
  const { labels, values, outputs = 1 } = dataset
  return values === undefined ? labels.length / targets(dataset) : values.length / outputs
}

/** Labels of one sample. */
export function targets({ targets = 1 }: Dataset): number {
  return targets
}

/** Measured values of one sample: 0 where samples have labels. */
export function outputs({ values, outputs = 1 }: Dataset): number {
  return values === undefined ? 0 : outputs
}

/** Whether measured values are to be predicted, and not classes. */
export function isRegression({ values }: Pick<Dataset, 'values'>): boolean {
  return values !== undefined
}

/** Whether samples are sequences of symbols. */
export function isSequence({ targets }: Dataset): boolean {
  return targets !== undefined
}

/** Numbers in a sample: the product of its shape. */
export function features(dataset: Dataset): number {
  return dataset.shape.reduce((product, size) => product * size, 1)
}

/**
 * Copies the samples at `indices`, in that order.
 *
 * @param inputs where to, `[indices, features]`
 * @param labels where to, `[indices, targets]`; nothing is written of a regression
 * @param values where to, of a regression, `[indices, outputs]`: as {@link Dataset.valueMap} maps them
 * @throws RangeError where an index is outside of the dataset
 */
export function gather(
  dataset: Dataset,
  indices: Int32Array,
  inputs: Float32Array,
  labels: Int32Array,
  values?: Float32Array,
): void {
  requireIndices(dataset, indices)
  if (values !== undefined) gatherValues(dataset, indices, values)
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

function requireIndices(dataset: Dataset, indices: Int32Array): void {
  const count = samples(dataset)
  const wrong = indices.find(index => index < 0 || index >= count)
  if (wrong !== undefined) throw new RangeError(`${dataset.name} has ${count} samples and none at ${wrong}`)
}

function gatherLabels(dataset: Dataset, indices: Int32Array, labels: Int32Array): void {
  if (isRegression(dataset)) return
  copyRows(dataset.labels, indices, targets(dataset), labels)
}

function gatherValues(dataset: Dataset, indices: Int32Array, to: Float32Array): void {
  const { values, valueMap } = dataset
  if (values === undefined) return
  const width = outputs(dataset)
  copyRows(values, indices, width, to)
  const read = to.subarray(0, indices.length * width)
  if (valueMap !== undefined) applyMap(valueMap, read, read)
}

/** Rows of `width` elements, at `indices`, one after the other. */
function copyRows<T extends Int32Array | Float32Array>(from: T, indices: Int32Array, width: number, to: T): void {
  for (let row = 0; row < indices.length; row++) {
    for (let i = 0; i < width; i++) to[row * width + i] = from[indices[row] * width + i]
  }
}

/**
 * A copy of the samples at `indices`, in that order; an index may come more than once. Stored rows stay in their file,
 * of which the copy takes these; in memory the copy owns what it holds.
 *
 * @throws RangeError where an index is outside of the dataset
 */
export function subset(dataset: Dataset, indices: Int32Array): Dataset {
  const labels = new Int32Array(isRegression(dataset) ? 0 : indices.length * targets(dataset))
  const values = new Float32Array(indices.length * outputs(dataset))
  // Unmapped: the copy has the same maps to go through.
  const bare = { ...dataset, maps: undefined, valueMap: undefined }
  const { lines } = dataset
  const chosen = {
    ...(isRegression(dataset) ? { labels, values } : { labels }),
    ...(lines && { lines: indices.map(i => lines[i]) }),
  }
  if (!inMemory(dataset.inputs)) {
    requireIndices(dataset, indices)
    gatherLabels(bare, indices, labels)
    gatherValues(bare, indices, values)
    return { ...dataset, inputs: selectRows(dataset.inputs, indices), ...chosen }
  }
  const inputs = new Float32Array(indices.length * features(dataset))
  gather(bare, indices, inputs, labels, values)
  return { ...dataset, inputs, ...chosen }
}

/** Rows of inputs: where the dataset is sound, as many as {@link samples}. */
export function inputRows(dataset: Dataset): number {
  return inMemory(dataset.inputs) ? dataset.inputs.length / features(dataset) : dataset.inputs.rows.length
}
