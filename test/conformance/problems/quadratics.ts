import { norm, preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { solveLinear } from './linear-system.ts'

/** f_i(x) = ‖A_i (x − o_i)‖² for each of some peers; f is their mean. */
export interface Quadratics {
  readonly peers: number
  readonly dimension: number
  /** The minimum of f. */
  readonly optimum: Float64Array
  /** `[peers, dimension, dimension]`: A_iᵀA_i. */
  readonly hessians: readonly (readonly Float64Array[])[]
  /** `[peers, dimension]`: o_i, where f_i is smallest. */
  readonly optima: readonly Float64Array[]
  /** A_iᵀA_i (x_i − o_i): half the gradient, as the sources take it. */
  gradients(at: readonly Vector[]): Float64Array[]
  /** f(x) − f(optimum), without the cancellation of that difference. */
  suboptimality(x: Vector): number
}

/**
 * The random quadratics of Vogels et al. 2021 ("RelaySum for Decentralized Deep Learning on Heterogeneous Data", appendix):
 * every A_i has singular values spread evenly over [μ, 1] and random singular vectors; the o_i are normal and scaled so that
 * (1/n) Σ ‖∇f_i(optimum)/2‖² = ζ²; the optimum is a random point at distance 1 from the origin.
 *
 * @param heterogeneity ζ²
 */
export function randomQuadratics({
  peers,
  dimension,
  heterogeneity,
  smallest = 0.5,
  seed,
}: {
  readonly peers: number
  readonly dimension: number
  readonly heterogeneity: number
  readonly smallest?: number
  readonly seed: number
}): Quadratics {
  const random = createRandom(seed)
  const hessians = Array.from({ length: peers }, () => {
    const directions = orthonormal(dimension, random)
    const values = directions.map((_, k) => (smallest + ((1 - smallest) * k) / (dimension - 1)) ** 2)
    return weighted(directions, values)
  })
  const mean = hessians[0].map((_, row) => preciseMeanOf(hessians.map(hessian => hessian[row])))

  const offsets = hessians.map(() => normalVector(dimension, random))
  const pull = preciseMeanOf(hessians.map((hessian, i) => product(hessian, offsets[i])))
  const centre = solveLinear(mean, pull)
  const centred = offsets.map(offset => offset.map((value, p) => value - centre[p]))
  const found = centred.reduce((sum, offset, i) => sum + norm(product(hessians[i], offset)) ** 2, 0) / peers
  const scale = Math.sqrt(heterogeneity / found)

  const direction = normalVector(dimension, random)
  const optimum = direction.map(value => value / norm(direction))
  const optima = centred.map(offset => offset.map((value, p) => optimum[p] + scale * value))

  return {
    peers,
    dimension,
    optimum,
    hessians,
    optima,
    gradients: at =>
      at.map((x, i) =>
        product(
          hessians[i],
          optima[i].map((o, p) => x[p] - o),
        ),
      ),
    suboptimality(x) {
      const away = optimum.map((o, p) => x[p] - o)
      return product(mean, away).reduce((sum, value, p) => sum + value * away[p], 0)
    },
  }
}

export function normalVector(length: number, random: Random): Float64Array {
  return Float64Array.from({ length }, () => random.normal())
}

/** Rows of a random orthogonal matrix: normal vectors, each made orthogonal to those before (Gram and Schmidt). */
function orthonormal(dimension: number, random: Random): Float64Array[] {
  const rows: Float64Array[] = []
  while (rows.length < dimension) {
    const row = normalVector(dimension, random)
    // Twice, because once leaves rounding errors as large as the cancellation was.
    for (const before of [...rows, ...rows]) {
      const along = dot(row, before)
      for (let p = 0; p < dimension; p++) row[p] -= along * before[p]
    }
    const length = norm(row)
    rows.push(row.map(value => value / length))
  }
  return rows
}

/** Σ_k values_k v_k v_kᵀ */
function weighted(directions: readonly Float64Array[], values: readonly number[]): Float64Array[] {
  return directions.map((_, row) =>
    Float64Array.from(directions, (_, column) =>
      directions.reduce((sum, v, k) => sum + values[k] * v[row] * v[column], 0),
    ),
  )
}

function product(matrix: readonly Float64Array[], x: Vector): Float64Array {
  return Float64Array.from(matrix, row => dot(row, x))
}

function dot(a: Vector, b: Vector): number {
  let sum = 0
  for (let p = 0; p < a.length; p++) sum += a[p] * b[p]
  return sum
}
