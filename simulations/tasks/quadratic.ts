import { requireSameLength } from '../../src/parameters/vectors.ts'
import type { Random } from '../../src/random/random.ts'
import type { Problem } from './problem.ts'
import { shareDoubles } from './share-doubles.ts'

/** f_i(x) = ½ ‖A_i (x − b_i)‖² of all peers, as H_i = A_iᵀ A_i, in shared memory. */
export interface Quadratics {
  readonly dimension: number
  /** H_i, `[peers, dimension, dimension]`. */
  readonly hessians: Float64Array
  /** b_i, `[peers, dimension]`. */
  readonly centres: Float64Array
  /** H̄ = (1/n) Σ H_i, `[dimension, dimension]`. */
  readonly meanHessian: Float64Array
  /** x* of f = (1/n) Σ f_i, `[dimension]`. */
  readonly optimum: Float64Array
}

/** Singular values of every A_i, evenly between the two: L = 1, and a condition number of 4. */
const LOWEST = 0.5
const HIGHEST = 1

/**
 * Random quadratics as in Vogels et al. 2021, "RelaySum for Decentralized Deep Learning on Heterogeneous Data": A_i with
 * singular values linspace(½, 1) in random directions, b_i normal, and all of it moved and scaled so that ‖x*‖ = 1 and
 * (1/n) Σ ‖∇f_i(x*)‖² = ζ². One peer alone has ζ² = 0, whatever was asked for.
 *
 * @param heterogeneity ζ²
 */
export function drawQuadratics(peers: number, dimension: number, heterogeneity: number, random: Random): Quadratics {
  const hessians = shareDoubles(peers * dimension * dimension)
  const centres = shareDoubles(peers * dimension)
  for (let i = 0; i < peers; i++) {
    const own = random.fork(i)
    drawHessian(hessiansOf(hessians, i, dimension), dimension, own)
    for (let p = 0; p < dimension; p++) centres[i * dimension + p] = own.normal()
  }
  const meanHessian = shareDoubles(dimension * dimension)
  const pull = new Float64Array(dimension)
  for (let i = 0; i < peers; i++) {
    const hessian = hessiansOf(hessians, i, dimension)
    for (let k = 0; k < hessian.length; k++) meanHessian[k] += hessian[k] / peers
    const pulled = multiply(hessian, centres.subarray(i * dimension, (i + 1) * dimension))
    for (let p = 0; p < dimension; p++) pull[p] += pulled[p] / peers
  }
  const drawn = solve(meanHessian, pull)
  // One peer alone disagrees with nobody: there is only rounding to scale.
  const scale = peers === 1 ? 0 : Math.sqrt(heterogeneity / meanSquaredGradient(hessians, centres, drawn))
  const optimum = unitVector(dimension, random.fork('optimum'))
  for (let k = 0; k < centres.length; k++) {
    const p = k % dimension
    centres[k] = optimum[p] + scale * (centres[k] - drawn[p])
  }
  return { dimension, hessians, centres, meanHessian, optimum }
}

/** The loss is f(x) − f(x*) = ½ (x − x*)ᵀ H̄ (x − x*): how far f is from its least value. */
export function quadratic({ dimension, hessians, centres, meanHessian, optimum }: Quadratics): Problem {
  const offset = new Float64Array(dimension)
  return {
    dimension,
    gradient(peer, x, _random, out) {
      requireSameLength(x, optimum)
      for (let p = 0; p < dimension; p++) offset[p] = x[p] - centres[peer * dimension + p]
      multiply(hessiansOf(hessians, peer, dimension), offset, out)
    },
    loss(x) {
      requireSameLength(x, optimum)
      for (let p = 0; p < dimension; p++) offset[p] = x[p] - optimum[p]
      return dot(offset, multiply(meanHessian, offset)) / 2
    },
  }
}

/**
 * V diag(s²) Vᵀ with V uniform over the rotations: Householder reflections of normal vectors, of one dimension more each time
 * (Stewart 1980, "The efficient generation of random orthogonal matrices").
 */
function drawHessian(hessian: Float64Array, dimension: number, random: Random): void {
  for (let p = 0; p < dimension; p++) {
    const share = dimension === 1 ? 0 : p / (dimension - 1)
    hessian[p * dimension + p] = (LOWEST + (HIGHEST - LOWEST) * share) ** 2
  }
  for (let first = dimension - 2; first >= 0; first--) {
    const v = Float64Array.from({ length: dimension - first }, () => random.normal())
    reflect(hessian, v, first, dimension)
  }
}

/** M ← P M P in the coordinates from `first` on, P = I − 2 v vᵀ / vᵀv. */
function reflect(matrix: Float64Array, v: Float64Array, first: number, dimension: number): void {
  const factor = 2 / dot(v, v)
  const at = (row: number, column: number) => (first + row) * dimension + first + column
  const w = v.map((_, row) => {
    let sum = 0
    for (let column = 0; column < v.length; column++) sum += matrix[at(row, column)] * v[column]
    return factor * sum
  })
  const overlap = (factor * dot(v, w)) / 2
  for (let row = 0; row < v.length; row++) w[row] -= overlap * v[row]
  for (let row = 0; row < v.length; row++) {
    for (let column = 0; column < v.length; column++) {
      matrix[at(row, column)] -= v[row] * w[column] + w[row] * v[column]
    }
  }
}

/** (0.6)¹⁰⁰ is far below float64's precision. */
const ITERATIONS = 100

/** H x = c by Richardson's iteration: all eigenvalues of H lie in [¼, 1], so each step leaves at most 0.6 of the error. */
function solve(hessian: Float64Array, c: Float64Array): Float64Array {
  const step = 2 / (LOWEST ** 2 + HIGHEST ** 2)
  const x = new Float64Array(c.length)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const product = multiply(hessian, x)
    for (let p = 0; p < x.length; p++) x[p] += step * (c[p] - product[p])
  }
  return x
}

/** (1/n) Σ ‖H_i (x − b_i)‖² */
function meanSquaredGradient(hessians: Float64Array, centres: Float64Array, x: Float64Array): number {
  const dimension = x.length
  const peers = centres.length / dimension
  let sum = 0
  for (let i = 0; i < peers; i++) {
    const gradient = multiply(
      hessiansOf(hessians, i, dimension),
      x.map((value, p) => value - centres[i * dimension + p]),
    )
    sum += dot(gradient, gradient)
  }
  return sum / peers
}

function hessiansOf(hessians: Float64Array, peer: number, dimension: number): Float64Array {
  return hessians.subarray(peer * dimension ** 2, (peer + 1) * dimension ** 2)
}

function unitVector(dimension: number, random: Random): Float64Array {
  const drawn = Float64Array.from({ length: dimension }, () => random.normal())
  const length = Math.sqrt(dot(drawn, drawn))
  const unit = shareDoubles(dimension)
  for (let p = 0; p < dimension; p++) unit[p] = drawn[p] / length
  return unit
}

function multiply(matrix: Float64Array, x: Float64Array, out: Float64Array = new Float64Array(x.length)): Float64Array {
  for (let row = 0; row < x.length; row++) {
    let sum = 0
    for (let column = 0; column < x.length; column++) sum += matrix[row * x.length + column] * x[column]
    out[row] = sum
  }
  return out
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let p = 0; p < a.length; p++) sum += a[p] * b[p]
  return sum
}
