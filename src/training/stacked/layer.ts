import type { StackedModule } from './module.ts'
import { paddedBytes, SLACK } from './placed-samples.ts'
import type { Team } from './team.ts'

/** The kernels that compute, and the memory in which they do. */
export interface StackedHost {
  readonly memory: WebAssembly.Memory
  readonly module: StackedModule
  /** Address of so many bytes, zeros, a multiple of 16: the same for all threads of the team. */
  readonly allocate: (bytes: number) => number
  /** The same for what this thread alone writes and reads. */
  readonly allocateOwn: (bytes: number) => number
  /** Threads that carry out every call together. */
  readonly team: Team
}

/** What places samples and hands out memory, without computing. */
export type StackedMemory = Pick<StackedHost, 'memory' | 'allocate'>

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

/**
 * A part of a model, in scratch memory that all peers use in turn. Threads of a team each take some of the samples, the same ones in
 * every layer, so that none waits for another on the way forward.
 */
export interface StackedLayer {
  /** The layer's output, and the place to which the gradient for it is written before {@link backward}. */
  readonly output: Required<LayerInput<Matrix>>
  /**
   * @param parameters address of a peer's parameters
   * @param count samples
   */
  forward(parameters: number, count: number): void
  /**
   * For the samples that went {@link forward} last. May overwrite the gradient for its output. Afterwards each thread has the gradient for
   * the inputs of its own samples; that for the parameters is there when the team has met.
   *
   * @param gradient address of the gradient for all parameters: the layer writes its own part
   */
  backward(parameters: number, gradient: number, count: number): void
}

/** Room for `[count, width]`. */
export function createMatrix({ memory, allocate }: StackedMemory, count: number, width: number): Matrix {
  const step = paddedBytes(width)
  const values = allocate(count * step + SLACK)
  const addresses = allocate(count * Int32Array.BYTES_PER_ELEMENT)
  const list = new Int32Array(memory.buffer, addresses, count)
  for (let row = 0; row < count; row++) list[row] = values + row * step
  return { values, step, addresses }
}
