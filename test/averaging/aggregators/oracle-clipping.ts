import type { Aggregator } from '../../../src/averaging/aggregator.ts'
import { clippedMean } from '../../../src/averaging/aggregators/clipped.ts'
import { squaredDistance, type Vector } from '../../../src/parameters/vectors.ts'

/**
 * ClippedGossip with the radius of the theory, for which one must know the byzantine peers:
 *
 *     τ_i² = Σ_{honest j} w_ij ‖x_i − x_j‖² / Σ_{Byzantine j} w_ij
 *
 * (He, Karimireddy and Jaggi 2022, "Byzantine-Robust Decentralized Learning via ClippedGossip", theorem I). Without a byzantine peer in
 * the neighbourhood nothing is clipped.
 */
export function oracleClipping(isByzantine: (vector: Vector) => boolean): Aggregator {
  return {
    name: 'clipped by an oracle',
    misfit: () => undefined,
    aggregate(own, neighbours, out) {
      const byzantine = neighbours
        .filter(({ vector }) => isByzantine(vector))
        .reduce((sum, { weight }) => sum + weight, 0)
      const variance = neighbours
        .filter(({ vector }) => !isByzantine(vector))
        .reduce((sum, { weight, vector }) => sum + weight * squaredDistance(own, vector), 0)
      clippedMean(
        own,
        neighbours,
        () => (byzantine === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(variance / byzantine)),
        out,
      )
    },
  }
}
