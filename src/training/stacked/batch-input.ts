import type { Rows, StackedHost } from './layer.ts'
import type { PlacedSamples } from './placed-samples.ts'

/** Samples of a batch, where they lie in their dataset. */
export interface BatchInput extends Rows {
  /** Addresses at which each sample's list of nonzero numbers begins and ends, int32 `[batch, 2]`, if {@link isSparse}. */
  readonly lists: number
  /** Whether the samples found last have such lists. */
  isSparse(): boolean
  /** Labels, int32 `[batch]`. */
  readonly labels: number
  /** @param indices of the samples, at most as many as there is room for */
  find(samples: PlacedSamples, indices: Int32Array): void
}

/** @param most samples at once */
export function createBatchInput({ memory, module, allocate }: StackedHost, most: number): BatchInput {
  const integers = (each = 1) => allocate(most * each * Int32Array.BYTES_PER_ELEMENT)
  const [chosenAt, addresses, labels, lists] = [integers(), integers(), integers(), integers(2)]
  const chosen = new Int32Array(memory.buffer, chosenAt, most)
  let sparse = false
  return {
    addresses,
    lists,
    labels,
    isSparse: () => sparse,
    find(samples, indices) {
      chosen.set(indices)
      const count = indices.length
      module.findSamples(chosenAt, count, samples.inputs, samples.step, samples.labels, addresses, labels)
      sparse = samples.lists !== undefined
      if (samples.lists !== undefined) module.findLists(chosenAt, count, samples.lists, lists)
    },
  }
}
