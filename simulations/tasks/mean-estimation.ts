import { requireSameLength, squaredDistance } from '../../src/parameters/vectors.ts'
import type { Random } from '../../src/random/random.ts'
import type { Problem } from './problem.ts'
import { shareDoubles } from './share-doubles.ts'

/** μ, in shared memory: drawn from N(0, I). */
export function drawMean(dimension: number, random: Random): Float64Array {
  const mean = shareDoubles(dimension)
  for (let p = 0; p < dimension; p++) mean[p] = random.normal()
  return mean
}

/**
 * f_i(x) = ½ E‖x − s‖², s from N(μ, I): every gradient is x less the mean of a batch of fresh samples. All peers have the same
 * optimum μ, and only noise keeps them from it: n peers that average well have 1/n of the error of one.
 *
 * The loss is (1/d) ‖x − μ‖², the mean squared error of a coordinate.
 *
 * @param mean μ
 * @param batch samples of one gradient
 */
export function meanEstimation(mean: Float64Array, batch: number): Problem {
  const deviation = 1 / Math.sqrt(batch)
  return {
    dimension: mean.length,
    gradient(_peer, x, random, out) {
      requireSameLength(x, mean)
      for (let p = 0; p < mean.length; p++) out[p] = x[p] - mean[p] - deviation * random.normal()
    },
    loss: x => squaredDistance(x, mean) / mean.length,
  }
}
