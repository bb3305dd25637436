import { norm, preciseMeanOf, squaredDistance, type Vector } from '../parameters/vectors.ts'

/**
 * Ξ = (1/n) Σ ‖x_i − x̄‖², in float64.
 *
 * @throws LengthMismatchError where there is no vector, or their lengths differ
 */
export function meanSquaredDistance(vectors: readonly Vector[]): number {
  return meanSquaredDistanceTo(preciseMeanOf(vectors), vectors)
}

/**
 * sqrt((1/n) Σ ‖x_i − x̄‖²) / ‖x̄‖: how far apart the peers are, relative to what they agree on. 0 when all are equal (also
 * when all are 0); `Infinity` when they differ and x̄ = 0, where nothing is agreed on.
 *
 * @throws LengthMismatchError as {@link meanSquaredDistance}
 */
export function consensusDistance(vectors: readonly Vector[]): number {
  const mean = preciseMeanOf(vectors)
  const spread = Math.sqrt(meanSquaredDistanceTo(mean, vectors))
  return spread === 0 ? 0 : spread / norm(mean)
}

function meanSquaredDistanceTo(mean: Float64Array, vectors: readonly Vector[]): number {
  return vectors.reduce((sum, x) => sum + squaredDistance(x, mean), 0) / vectors.length
}
