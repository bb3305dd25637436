import type { StackedModule } from './module.ts'
import { paddedBytes, SLACK } from './placed-samples.ts'

/** The kernels that compute, and one thread's part of the memory. */
export interface StackedHost {
  readonly memory: WebAssembly.Memory
  readonly module: StackedModule
  /** Address of so many bytes, zeros, a multiple of 16. */
  readonly allocate: (bytes: number) => number
}

/** A row of numbers for each sample of a batch, wherever they lie. */
export interface Rows {
  /** The address at which the address of each row is written, int32. */
  readonly addresses: number
}

/** Rows one after the other. */
export interface Matrix extends Rows {
  /** Address of the first. */
  readonly values: number
  /** Bytes from one row to the next: room for whole vectors. */
  readonly step: number
}

/** A layer's input, and the place of the gradient for it: none where nothing before it learns. */
export interface LayerInput<R extends Rows = Rows> {
  readonly rows: R
  readonly gradient?: Matrix
}

/** A part of a model, in scratch memory that all of a thread's peers use in turn. */
export interface StackedLayer {
  /** The layer's output, and the place to which the gradient for it is written before {@link backward}. */
  readonly output: Required<LayerInput<Matrix>>
  /**
   * @param parameters address of a peer's parameters
   * @param count samples
   */
  forward(parameters: number, count: number): void
  /**
   * For the samples that went {@link forward} last. May overwrite the gradient for its output.
   *
   * @param gradient address of the gradient for all parameters: the layer writes its own part
   */
  backward(parameters: number, gradient: number, count: number): void
}

/** Room for `[count, width]`. */
export function createMatrix({ memory, allocate }: StackedHost, count: number, width: number): Matrix {
  const step = paddedBytes(width)
  const values = allocate(count * step + SLACK)
  const addresses = allocate(count * Int32Array.BYTES_PER_ELEMENT)
  const list = new Int32Array(memory.buffer, addresses, count)
  for (let row = 0; row < count; row++) list[row] = values + row * step
  return { values, step, addresses }
}
