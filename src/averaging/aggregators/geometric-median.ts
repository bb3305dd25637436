import { distance, requireSameLength } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'
import { mean } from './mean.ts'
import { median } from './median.ts'

/** Steps of Weiszfeld's algorithm: so many as in the experiments of He, Karimireddy and Jaggi (2022). */
const STEPS = 8

/** ν: nearer than this, a vector counts as at this distance, so that no weight is infinite. Likewise. */
const SMOOTHING = 0.1

/**
 * The point z with the smallest sum of distances Σ_k ‖z − v_k‖ to everybody, this peer included, by the smoothed algorithm of
 * Weiszfeld: z ← Σ_k β_k v_k / Σ_k β_k with β_k = 1 / max(ν, ‖z − v_k‖) (Pillutla, Kakade and Harchaoui 2022, "Robust
 * Aggregation for Federated Learning"). However far a byzantine peer goes, it pulls no harder than an honest peer. Weights do not count.
 *
 * It starts from the median of every coordinate. The paper leaves the start open: 0 would make the result depend on where
 * the origin is, the mean on the size of a lie, and a peer's own vector holds on to itself, for it is at distance 0.
 */
export const geometricMedian: Aggregator = {
  name: 'geometric-median',
  misfit: () => undefined,
  aggregate(own, neighbours, out) {
    requireSameLength(own, out)
    const z = new Float64Array(own.length)
    median.aggregate(own, neighbours, z)
    for (let step = 0; step < STEPS; step++) {
      const pull = (vector: typeof own) => 1 / Math.max(SMOOTHING, distance(z, vector))
      const pulls = neighbours.map(({ vector }) => pull(vector))
      const total = pulls.reduce((sum, one) => sum + one, pull(own))
      const weighted = neighbours.map(({ vector }, k) => ({ vector, weight: pulls[k] / total }))
      mean.aggregate(own, weighted, z)
    }
    out.set(z)
  },
}
