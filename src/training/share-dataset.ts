import type { Dataset } from '../data/dataset.ts'

/**
 * The same dataset in shared memory, copied unless it is there already: threads that are given the result read one copy.
 */
export function shareDataset({ name, inputs, labels, shape, classes }: Dataset): Dataset {
  return {
    name,
    inputs: isShared(inputs) ? inputs : fill(new Float32Array(new SharedArrayBuffer(inputs.byteLength)), inputs),
    labels: isShared(labels) ? labels : fill(new Int32Array(new SharedArrayBuffer(labels.byteLength)), labels),
    shape,
    classes,
  }
}

function isShared({ buffer }: ArrayBufferView): boolean {
  return buffer instanceof SharedArrayBuffer
}

function fill<T extends Float32Array | Int32Array>(target: T, values: T): T {
  target.set(values)
  return target
}
