import { requireSameLength, type Vector } from '../parameters/vectors.ts'
import type { WeightedVector } from './aggregator.ts'

/**
 * target ← target + Σ_j w_ij (v_j − v_i), for each of the targets, accumulated in float64 and rounded once. Over all peers of a
 * symmetric W these sums cancel, and what rounding leaves of them is small as the differences are, not as the vectors.
 *
 * @param targets may have `own` among them
 * @param own v_i
 * @param neighbours v_j and w_ij
 * @throws LengthMismatchError
 */
export function addWeightedDifferences(
  targets: readonly Vector[],
  own: Vector,
  neighbours: readonly WeightedVector[],
): void {
  for (const target of targets) requireSameLength(target, own)
  for (const { vector } of neighbours) requireSameLength(own, vector)
  for (let start = 0; start < own.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, own.length)
    sums.fill(0)
    for (const { weight, vector } of neighbours) {
      for (let p = start; p < end; p++) sums[p - start] += weight * (vector[p] - own[p])
    }
    for (const target of targets) {
      for (let p = start; p < end; p++) target[p] += sums[p - start]
    }
  }
}

/** Coordinates that are summed at a time: they stay in the first-level cache, and no sum is as long as the parameters. */
const BLOCK = 1024
const sums = new Float64Array(BLOCK)
