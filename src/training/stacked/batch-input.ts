import { type Dataset, gather, isRegression } from '../../data/dataset.ts'
import type { Rows, StackedHost } from './layer.ts'
import { type PlacedSamples, SLACK } from './placed-samples.ts'
import type { StackedModel } from './stacked-model.ts'

/** Words of a batch's state. */
const COUNT = 0
const SPARSE = 1

/** Samples of a batch, wherever they lie in the memory. */
export interface BatchInput extends Rows {
  /** Addresses at which each sample's list of nonzero numbers begins and ends, int32 `[batch, 2]`, if {@link isSparse}. */
  readonly lists: number
  /** Whether the samples taken last have such lists. */
  isSparse(): boolean
  /** Labels, int32 `[batch]`. */
  readonly labels: number
  /** Values of a regression, standardised, float32 `[batch, outputs]`; of a classification there are none. */
  readonly values: number
  /** How many samples were taken last. */
  count(): number
  /** Takes samples from where they lie. @param indices of the samples, at most as many as there is room for */
  find(samples: PlacedSamples, indices: Int32Array): void
  /** Copies samples into the memory, as the maps of their dataset make them now. @param indices as for {@link find} */
  gather(dataset: Dataset, indices: Int32Array): void
}

/** @param most samples at once */
export function createBatchInput(
  { memory, module, allocate }: StackedHost,
  { features, classes, outputs }: Pick<StackedModel, 'features' | 'classes' | 'outputs'>,
  most: number,
): BatchInput {
  const integers = (each = 1) => allocate(most * each * Int32Array.BYTES_PER_ELEMENT)
  const [chosenAt, addresses, labels, lists] = [integers(), integers(), integers(), integers(2)]
  // In the memory, where all threads of a team find them.
  const state = new Int32Array(memory.buffer, allocate(2 * Int32Array.BYTES_PER_ELEMENT), 2)
  const valueWidth = classes === 0 ? outputs : 0
  const values = allocate(most * valueWidth * Float32Array.BYTES_PER_ELEMENT)
  const chosen = new Int32Array(memory.buffer, chosenAt, most)
  let gathered: GatheredBatch | undefined

  /** Room for samples that are copied: nobody needs it who finds them all in place. */
  function gatheredBatch(): GatheredBatch {
    const inputs = allocate(most * features * Float32Array.BYTES_PER_ELEMENT + SLACK)
    const { buffer } = memory
    return {
      inputs: new Float32Array(buffer, inputs, most * features),
      labels: new Int32Array(buffer, labels, most),
      values: new Float32Array(buffer, values, most * valueWidth),
      addresses: Int32Array.from(
        { length: most },
        (_, row) => inputs + row * features * Float32Array.BYTES_PER_ELEMENT,
      ),
    }
  }

  return {
    addresses,
    lists,
    labels,
    values,
    isSparse: () => state[SPARSE] === 1,
    count: () => state[COUNT],
    find(samples, indices) {
      const count = indices.length
      state[COUNT] = count
      chosen.set(indices)
      module.findSamples(chosenAt, count, samples.inputs, samples.step, samples.labels, addresses, labels)
      state[SPARSE] = Number(samples.lists !== undefined)
      if (samples.lists !== undefined) module.findLists(chosenAt, count, samples.lists, lists)
      if (samples.values !== undefined) {
        module.findValues(chosenAt, count, samples.values, valueWidth * Float32Array.BYTES_PER_ELEMENT, values)
      }
    },
    gather(dataset, indices) {
      state[COUNT] = indices.length
      state[SPARSE] = 0
      gathered ??= gatheredBatch()
      gather(dataset, indices, gathered.inputs, gathered.labels, isRegression(dataset) ? gathered.values : undefined)
      new Int32Array(memory.buffer, addresses, most).set(gathered.addresses)
    },
  }
}

/** Views on the memory, for samples that are copied there. */
interface GatheredBatch {
  readonly inputs: Float32Array
  readonly labels: Int32Array
  readonly values: Float32Array
  readonly addresses: Int32Array
}
