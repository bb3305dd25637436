import { distance, type Vector } from '../../parameters/vectors.ts'
import type { Aggregator, WeightedVector } from '../aggregator.ts'
import { EARLY_INTERVALS, radiusFor, usualDistance } from '../clipping.ts'
import { mean } from './mean.ts'

/**
 * ClippedGossip: x_i ← x_i + Σ_j w_ij clip(x_j − x_i, τ), where clip shortens a difference to the length τ (He, Karimireddy
 * and Jaggi 2022, "Byzantine-Robust Decentralized Learning via ClippedGossip"). One neighbour moves a peer by w_ij τ at most.
 *
 * @param radius τ, above 0
 */
export function clipped(radius: number): Aggregator {
  return {
    name: `clipped:${radius}`,
    clips: { radius },
    misfit: () => undefined,
    aggregate: (own, neighbours, out) => clippedMean(own, neighbours, () => radius, out),
  }
}

/**
 * {@link clipped} with a radius that follows the swarm: a multiple of the median of the neighbours' distances, so that fewer than half of them
 * that lie move it no further than the honest among them. The rules that peers and simulations carry out remember distances from round
 * to round, and have both sides go by the smaller radius: see `clipping.ts`.
 */
export const adaptivelyClipped: Aggregator = {
  name: 'clipped',
  clips: {},
  misfit: () => undefined,
  aggregate(own, neighbours, out) {
    clippedMean(own, neighbours, distances => radiusFor(usualDistance(distances, 0), EARLY_INTERVALS), out)
  },
}

/**
 * To shorten a difference is to weigh its sender less: x_i + Σ_j w_ij s_j (x_j − x_i) with s_j = min(1, τ / ‖x_j − x_i‖).
 *
 * @param radiusOf τ of the neighbours' distances, which it is only asked for where there is a neighbour; `Infinity` gives the
 * mean as it is
 * @param out may be `own`
 */
export function clippedMean(
  own: Vector,
  neighbours: readonly WeightedVector[],
  radiusOf: (distances: readonly number[]) => number,
  out: Vector,
): void {
  const distances = neighbours.map(({ vector }) => distance(own, vector))
  const radius = neighbours.length > 0 ? radiusOf(distances) : 0
  const shortened = neighbours.map(({ vector, weight }, k) => {
    return { vector, weight: weight * (distances[k] > radius ? radius / distances[k] : 1) }
  })
  mean.aggregate(own, shortened, out)
}
