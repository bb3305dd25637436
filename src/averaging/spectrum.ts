import { norm } from '../parameters/vectors.ts'
import type { MixingMatrix } from './mixing.ts'

/** Eigenvalues of (W − J)ᵀ(W − J), which lie in [0, 1], are found to about this. */
const PRECISION = 1e-14

/**
 * β = ‖W − J‖₂, J = 11ᵀ/n: how much of the disagreement is left, at worst, after one round. It is the root of the largest
 * eigenvalue of M = (W − J)ᵀ(W − J), which is found from products with W alone.
 *
 * @param W doubly stochastic
 */
export function mixingNorm(W: MixingMatrix): number {
  // One peer cannot disagree, and gives nothing to start from.
  if (W.peers < 2) return 0
  const multiplyByM = (v: Float64Array) => centred(applyTransposed(W, centred(applyToVector(W, v))))
  return Math.sqrt(Math.max(largestEigenvalue(multiplyByM, centred(startWithoutSymmetry(W.peers))), 0))
}

/** 1 − β: the larger, the faster a swarm agrees. @param W doubly stochastic */
export function spectralGap(W: MixingMatrix): number {
  return 1 - mixingNorm(W)
}

/**
 * λ_min(W), between −1 and 1: below 0 where something turns its sign in every round.
 *
 * @param W symmetric
 */
export function smallestEigenvalue(W: MixingMatrix): number {
  // Lanczos finds the largest eigenvalue, here of −W.
  const multiply = (v: Float64Array) => scaled(applyToVector(W, v), -1)
  return -largestEigenvalue(multiply, startWithoutSymmetry(W.peers))
}

/** A lower bound of λ_min(W): 2 min w_ii − 1, from Gershgorin's circles. In linear time. @param W symmetric */
export function smallestEigenvalueBound({ self }: MixingMatrix): number {
  return 2 * self.reduce((least, weight) => Math.min(least, weight), 1) - 1
}

/** A start for Lanczos that is orthogonal to no eigenvector; the same on every machine. */
function startWithoutSymmetry(peers: number): Float64Array {
  return Float64Array.from({ length: peers }, (_, i) => fraction((i + 1) ** 2 * Math.SQRT2) - 0.5)
}

/**
 * Lanczos's iteration: M q_k = b_{k−1} q_{k−1} + a_k q_k + b_k q_{k+1}. The largest eigenvalue of the tridiagonal matrix of
 * a and b grows to that of M, in about the square root of the steps that power iteration needs. The q are not
 * orthogonalised again: that repeats eigenvalues, and moves none (Paige 1976).
 */
function largestEigenvalue(multiplyByM: (v: Float64Array) => Float64Array, start: Float64Array): number {
  const a: number[] = []
  const b: number[] = []
  let previous: Float64Array = new Float64Array(start.length)
  let q = scaled(start, 1 / norm(start))
  let found = Number.NEGATIVE_INFINITY
  for (let k = 1; ; k++) {
    const next = multiplyByM(q)
    const a_k = dot(next, q)
    const before = b.at(-1) ?? 0
    for (let i = 0; i < next.length; i++) next[i] -= a_k * q[i] + before * previous[i]
    a.push(a_k)
    const b_k = norm(next)
    // No direction is left: the eigenvalue is exact.
    if (b_k <= PRECISION) return largestOfTridiagonal(a, b)
    if (Number.isInteger(Math.log2(k))) {
      const latest = largestOfTridiagonal(a, b)
      if (latest - found <= PRECISION) return latest
      found = latest
    }
    b.push(b_k)
    previous = q
    q = scaled(next, 1 / b_k)
  }
}

/** The largest eigenvalue of the symmetric matrix with diagonal a and off-diagonal b, by bisection. */
function largestOfTridiagonal(a: readonly number[], b: readonly number[]): number {
  // Gershgorin's circles enclose every eigenvalue, and the largest is at least the largest diagonal element.
  let low = Math.max(...a)
  let high = Math.max(...a.map((a_k, k) => a_k + Math.abs(b[k - 1] ?? 0) + Math.abs(b[k] ?? 0)))
  while (high - low > PRECISION / 2) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (hasEigenvalueAbove(middle, a, b)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Sturm: T − x has as many positive eigenvalues as positive pivots. */
function hasEigenvalueAbove(x: number, a: readonly number[], b: readonly number[]): boolean {
  let pivot = a[0] - x
  for (let k = 1; pivot <= 0 && k < a.length; k++) pivot = a[k] - x - b[k - 1] ** 2 / (pivot || -Number.MIN_VALUE)
  return pivot > 0
}

/** W v for one number a peer. */
function applyToVector({ self, offsets, neighbours, weights }: MixingMatrix, v: Float64Array): Float64Array {
  return self.map((own, i) => {
    let sum = own * v[i]
    for (let k = offsets[i]; k < offsets[i + 1]; k++) sum += weights[k] * v[neighbours[k]]
    return sum
  })
}

/** Wᵀ v. */
function applyTransposed({ peers, self, offsets, neighbours, weights }: MixingMatrix, v: Float64Array): Float64Array {
  const result = new Float64Array(v.length)
  for (let i = 0; i < peers; i++) {
    result[i] += self[i] * v[i]
    for (let k = offsets[i]; k < offsets[i + 1]; k++) result[neighbours[k]] += weights[k] * v[i]
  }
  return result
}

/** (I − J) v. For a doubly stochastic W, (W − J) v = (I − J) W v. */
function centred(v: Float64Array): Float64Array {
  const mean = v.reduce((sum, value) => sum + value, 0) / v.length
  return v.map(value => value - mean)
}

function scaled(v: Float64Array, factor: number): Float64Array {
  return v.map(value => value * factor)
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0)
}

function fraction(value: number): number {
  return value - Math.floor(value)
}
