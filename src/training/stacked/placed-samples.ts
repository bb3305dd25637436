import { type Dataset, features, gather, isRegression, outputs, samples } from '../../data/dataset.ts'
import { checkDataset } from '../check-options.ts'

/** A dataset in shared memory, where kernels read it. Plain numbers, which can be sent to any thread. */
export interface PlacedSamples {
  readonly samples: number
  /** Address of the first sample. */
  readonly inputs: number
  /** Bytes from one sample to the next. */
  readonly step: number
  /** Address of the labels, int32. */
  readonly labels: number
  /** Address of the values of a regression, float32 `[samples, outputs]`, standardised. */
  readonly values?: number
  /** Units of the data in one standardised unit, `[outputs]`; 1 where absent. */
  readonly valueScale?: readonly number[]
  /**
   * The address of the addresses at which each sample's list of nonzero numbers begins, int32 `[samples + 1]`: each ends
   * where the next begins. A list has their offsets in the sample, in bytes, ascending. Only where most numbers are 0.
   */
  readonly lists?: number
}

/** Up to so many numbers that are not 0 it is quicker to look each up than to multiply them all: MNIST has 19 %. */
const SPARSE = 0.4

/** Kernels take up to eight numbers at once: so many bytes past the end of what they need are read. */
export const SLACK = 32

/** Addresses that vectors like. */
const ALIGNMENT = 16

/**
 * Copies a dataset, as its maps make it now, into shared memory.
 *
 * @param allocate gives the address of so many bytes of this memory, a multiple of 16
 * @throws UsageError for a dataset without samples, or with labels that are none of its classes
 */
export function placeSamples(
  memory: WebAssembly.Memory,
  allocate: (bytes: number) => number,
  dataset: Dataset,
): PlacedSamples {
  // Kernels would look for such labels outside of the logits.
  checkDataset('dataset', dataset)
  const width = features(dataset)
  const count = samples(dataset)
  const step = paddedBytes(width)
  const inputs = allocate(count * step + SLACK)
  const labels = allocate(count * Int32Array.BYTES_PER_ELEMENT)
  const valueWidth = outputs(dataset)
  const values = allocate(count * valueWidth * Float32Array.BYTES_PER_ELEMENT)
  const rows = Array.from({ length: count }, (_, sample) => {
    const row = new Float32Array(memory.buffer, inputs + sample * step, width)
    const label = new Int32Array(memory.buffer, labels + 4 * sample, 1)
    gather(dataset, Int32Array.of(sample), row, label, valuesAt(sample))
    return row
  })
  const placed = {
    samples: count,
    inputs,
    step,
    labels,
    ...(isRegression(dataset) ? { values } : {}),
    ...(dataset.valueMap && { valueScale: [...dataset.valueMap.scale] }),
  }
  function valuesAt(sample: number): Float32Array {
    return new Float32Array(memory.buffer, values + sample * valueWidth * Float32Array.BYTES_PER_ELEMENT, valueWidth)
  }

  const nonzeros = rows.reduce((sum, row) => sum + row.reduce((found, value) => found + Number(value !== 0), 0), 0)
  return nonzeros > SPARSE * count * width
    ? placed
    : { ...placed, lists: listNonzeros(memory, allocate, rows, nonzeros) }
}

function listNonzeros(
  memory: WebAssembly.Memory,
  allocate: (bytes: number) => number,
  rows: readonly Float32Array[],
  nonzeros: number,
): number {
  const offsetsAt = allocate(nonzeros * Int32Array.BYTES_PER_ELEMENT)
  const listsAt = allocate((rows.length + 1) * Int32Array.BYTES_PER_ELEMENT)
  const offsets = new Int32Array(memory.buffer, offsetsAt, nonzeros)
  const lists = new Int32Array(memory.buffer, listsAt, rows.length + 1)
  let next = 0
  for (const [sample, row] of rows.entries()) {
    lists[sample] = offsetsAt + next * Int32Array.BYTES_PER_ELEMENT
    for (const [i, value] of row.entries()) if (value !== 0) offsets[next++] = i * Float32Array.BYTES_PER_ELEMENT
  }
  lists[rows.length] = offsetsAt + next * Int32Array.BYTES_PER_ELEMENT
  return listsAt
}

/** Bytes of a row of so many numbers, with room for a whole vector at its end. */
export function paddedBytes(numbers: number): number {
  return Math.ceil((numbers * Float32Array.BYTES_PER_ELEMENT) / ALIGNMENT) * ALIGNMENT
}
