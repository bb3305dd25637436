import type { Dataset } from '../../data/dataset.ts'
import { inMemory, type StoredRows } from '../../data/stored-rows.ts'

/**
 * The same dataset in shared memory, copied unless it is there already: threads that are given the result read one copy.
 * Stored rows stay in their file, which every thread opens for itself.
 */
export function shareDataset({ inputs, labels, values, lines, ...rest }: Dataset): Dataset {
  return {
    ...rest,
    inputs: inMemory(inputs) ? shareFloats(inputs) : shareRows(inputs),
    labels: shareIntegers(labels),
    ...(values && { values: shareFloats(values) }),
    ...(lines && { lines: shareIntegers(lines) }),
  }
}

function shareRows(stored: StoredRows): StoredRows {
  return { ...stored, rows: shareIntegers(stored.rows) }
}

function shareFloats(values: Float32Array): Float32Array {
  if (isShared(values)) return values
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength))
  shared.set(values)
  return shared
}

function shareIntegers(values: Int32Array): Int32Array {
  if (isShared(values)) return values
  const shared = new Int32Array(new SharedArrayBuffer(values.byteLength))
  shared.set(values)
  return shared
}

function isShared({ buffer }: ArrayBufferView): boolean {
  return buffer instanceof SharedArrayBuffer
}
