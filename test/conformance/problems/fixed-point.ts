import type { MixingMatrix } from '../../../src/averaging/mixing.ts'
import { preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { solveLinear } from './linear-system.ts'
import type { Quadratics } from './quadratics.ts'

/**
 * Suboptimality of the mean where D-PSGD with full gradients ends, x_i = Σ_j w_ij (x_j − η H_j (x_j − o_j)): a linear system,
 * solved.
 */
export function fixedPointSuboptimality(problem: Quadratics, W: MixingMatrix, rate: number): number {
  const { peers, dimension, hessians, optima } = problem
  const size = peers * dimension
  const A = Array.from({ length: size }, () => new Float64Array(size))
  const b = new Float64Array(size)

  /** Moves w_ij (x_j − η H_j (x_j − o_j)) to the left, but for what is known. */
  function hear(i: number, j: number, weight: number): void {
    for (let p = 0; p < dimension; p++) {
      const row = i * dimension + p
      A[row][j * dimension + p] -= weight
      for (let q = 0; q < dimension; q++) {
        A[row][j * dimension + q] += weight * rate * hessians[j][p][q]
        b[row] += weight * rate * hessians[j][p][q] * optima[j][q]
      }
    }
  }

  for (let i = 0; i < peers; i++) {
    for (let p = 0; p < dimension; p++) A[i * dimension + p][i * dimension + p] += 1
    hear(i, i, W.self[i])
    for (let k = W.offsets[i]; k < W.offsets[i + 1]; k++) hear(i, W.neighbours[k], W.weights[k])
  }
  const x = solveLinear(A, b)
  return problem.suboptimality(
    preciseMeanOf(Array.from({ length: peers }, (_, i) => x.subarray(i * dimension, (i + 1) * dimension))),
  )
}
