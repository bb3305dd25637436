import { requireSameLength, type Vector } from '../parameters/vectors.ts'
import type { WeightedVector } from './aggregator.ts'

/**
 * target ← target + Σ_j w_ij (v_j − v_i), accumulated in float64 and rounded once. Over all peers of a symmetric W these sums
 * cancel, and what rounding leaves of them is small as the differences are, not as the vectors.
 *
 * @param own v_i; may not be `target`
 * @param neighbours v_j and w_ij
 * @throws LengthMismatchError
 */
export function addWeightedDifferences(target: Vector, own: Vector, neighbours: readonly WeightedVector[]): void {
  requireSameLength(target, own)
  for (const { vector } of neighbours) requireSameLength(own, vector)
  for (let start = 0; start < own.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, own.length)
    for (let p = start; p < end; p++) sums[p - start] = target[p]
    for (const { weight, vector } of neighbours) {
      for (let p = start; p < end; p++) sums[p - start] += weight * (vector[p] - own[p])
    }
    for (let p = start; p < end; p++) target[p] = sums[p - start]
  }
}

/** Coordinates that are summed at a time: they stay in the first-level cache, and no sum is as long as the parameters. */
const BLOCK = 1024
const sums = new Float64Array(BLOCK)
