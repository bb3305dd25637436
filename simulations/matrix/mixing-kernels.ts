import { loadBinary } from '../../src/training/kernels/load-binary.ts'

/** The exports of `src/training/kernels/assembly/mixing.ts`: addresses, in bytes, of vectors in one shared memory. */
export interface MixingKernels {
  /** out = w x + Σ_k w_k x_k */
  weightedSum(x: number, w: number, others: number, weights: number, count: number, out: number, length: number): void
  /** sums ← sums + x, sums in float64 */
  accumulate(sums: number, x: number, length: number): void
  /** ‖x − centre‖², centre in float64 */
  squaredDistance(x: number, centre: number, length: number): number
  /** ‖x‖² */
  squaredNorm(x: number, length: number): number
}

export function mixingKernels(memory: WebAssembly.Memory): MixingKernels {
  return new WebAssembly.Instance(loadBinary('mixing'), { env: { memory } }).exports as unknown as MixingKernels
}
