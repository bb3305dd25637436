import { addScaled } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'

/**
 * x_i ← (1 − Σ_j w_ij) x_i + Σ_j w_ij x_j, accumulated in float64 and rounded once.
 *
 * The weights always sum to 1, whatever arrived: the weight of a message that is missing stays with the peer's own
 * parameters, so a loss never shrinks the model.
 */
export const mean: Aggregator = {
  name: 'mean',
  aggregate(own, neighbours) {
    const ownWeight = neighbours.reduce((left, { weight }) => left - weight, 1)
    const sum = new Float64Array(own.length)
    addScaled(sum, ownWeight, own)
    for (const { weight, vector } of neighbours) addScaled(sum, weight, vector)
    return new Float32Array(sum)
  },
}
