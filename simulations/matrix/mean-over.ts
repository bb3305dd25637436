import type { MixingKernels } from './mixing-kernels.ts'
import type { SharedHeap } from './shared-heap.ts'

/** Coordinates of a thread, where a sum over peers is shared out: each is summed by one thread, in the order of peers. */
export function shareOf(thread: number, threads: number, length: number): readonly [from: number, to: number] {
  return [Math.floor((thread * length) / threads), Math.floor(((thread + 1) * length) / threads)]
}

/**
 * Writes (1/n) Σ_k x_k, in float64, for the coordinates in a range. The order of the sum is that of the vectors, so that it
 * does not matter how coordinates are shared out.
 *
 * @param addressOf of x_k, in the shared memory
 * @param out `[parameters]`, of which the range is written
 */
export type MeanOver = (
  count: number,
  addressOf: (k: number) => number,
  range: readonly [from: number, to: number],
  out: Float32Array | Float64Array,
) => void

/** Coordinates that are summed at a time: they stay in the first-level cache. */
const BLOCK = 1024

export function createMeanOver({ accumulate }: MixingKernels, heap: SharedHeap): MeanOver {
  const sums = heap.doubles(BLOCK)
  return (count, addressOf, [from, to], out) => {
    for (let start = from; start < to; start += BLOCK) {
      const size = Math.min(BLOCK, to - start)
      sums.fill(0, 0, size)
      for (let k = 0; k < count; k++) {
        accumulate(sums.byteOffset, addressOf(k) + start * Float32Array.BYTES_PER_ELEMENT, size)
      }
      for (let p = 0; p < size; p++) out[start + p] = sums[p] / count
    }
  }
}
