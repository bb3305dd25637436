import { requireSameLength } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'

/**
 * x_i ← (1 − Σ_j w_ij) x_i + Σ_j w_ij x_j, accumulated in float64 and rounded once.
 *
 * The weights always sum to 1, whatever arrived: the weight of a message that is missing stays with the peer's own
 * parameters, so a loss never shrinks the model.
 */
export const mean: Aggregator = {
  name: 'mean',
  misfit: () => undefined,
  aggregate(own, neighbours, out) {
    requireSameLength(own, out)
    for (const { vector } of neighbours) requireSameLength(own, vector)
    const ownWeight = neighbours.reduce((left, { weight }) => left - weight, 1)
    for (let start = 0; start < own.length; start += BLOCK) {
      const end = Math.min(start + BLOCK, own.length)
      for (let p = start; p < end; p++) sums[p - start] = ownWeight * own[p]
      for (const { weight, vector } of neighbours) {
        for (let p = start; p < end; p++) sums[p - start] += weight * vector[p]
      }
      for (let p = start; p < end; p++) out[p] = sums[p - start]
    }
  },
}

/** Coordinates that are summed at a time: they stay in the first-level cache, and no sum is as long as the parameters. */
const BLOCK = 1024
const sums = new Float64Array(BLOCK)
