import { preciseMeanOf, squaredDistance, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'

/** One vector of N(0, 1) for each peer. */
export function normalStart(peers: number, dimension: number, seed: number | string): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: peers }, () => Float64Array.from({ length: dimension }, () => random.normal()))
}

/** (1/n) Σ ‖x_i − mean‖². @param mean of the vectors themselves, or the one that they should have come to */
export function consensusError(vectors: readonly Vector[], mean: Vector = preciseMeanOf(vectors)): number {
  return vectors.reduce((sum, x) => sum + squaredDistance(x, mean), 0) / vectors.length
}

/** The largest difference of two means in any coordinate. */
export function meanDrift(before: readonly Vector[], after: readonly Vector[]): number {
  const mean = preciseMeanOf(before)
  return preciseMeanOf(after).reduce((largest, value, p) => Math.max(largest, Math.abs(value - mean[p])), 0)
}

/** The largest difference of two sets of vectors in any coordinate. */
export function largestDifference(a: readonly Vector[], b: readonly Vector[]): number {
  let largest = 0
  for (const [i, vector] of a.entries()) {
    for (let p = 0; p < vector.length; p++) largest = Math.max(largest, Math.abs(vector[p] - b[i][p]))
  }
  return largest
}
