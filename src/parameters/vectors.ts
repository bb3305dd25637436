import { HearsayError } from '../errors.ts'

/** A flat vector. Models are float32; means and mixing in double precision are float64. */
export type Vector = Float32Array | Float64Array

/** Two vectors that should have the same number of elements do not. */
export class LengthMismatchError extends HearsayError {
  override readonly name = 'LengthMismatchError'
}

/** @throws LengthMismatchError */
export function requireSameLength(a: { readonly length: number }, b: { readonly length: number }): void {
  if (a.length !== b.length) {
    throw new LengthMismatchError(
      `the vectors have ${a.length} and ${b.length} elements; they must have the same number`,
    )
  }
}

/** Vectors one after the other, as one. */
export function concatenated(vectors: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const vector of vectors) {
    result.set(vector, end)
    end += vector.length
  }
  return result
}

/** ‖x‖₂, accumulated in float64. */
export function norm(x: Vector): number {
  return Math.sqrt(squaredNorm(x))
}

/** ‖x‖₂², accumulated in float64. */
export function squaredNorm(x: Vector): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i]
  return sum
}

/** ‖a − b‖₂, accumulated in float64. @throws LengthMismatchError */
export function distance(a: Vector, b: Vector): number {
  return Math.sqrt(squaredDistance(a, b))
}

/** ‖a − b‖₂², accumulated in float64. @throws LengthMismatchError */
export function squaredDistance(a: Vector, b: Vector): number {
  requireSameLength(a, b)
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const difference = a[i] - b[i]
    sum += difference * difference
  }
  return sum
}

/** Index of the first element that is NaN or infinite, or -1. */
export function firstNonFinite(x: Vector): number {
  // NaN − NaN and ∞ − ∞ are not 0. A call for every element would make an object of each.
  for (let i = 0; i < x.length; i++) if (x[i] - x[i] !== 0) return i
  return -1
}

/** target ← target + scale · x, each element rounded once. @throws LengthMismatchError */
export function addScaled(target: Vector, scale: number, x: Vector): void {
  requireSameLength(target, x)
  const { length } = x
  let i = 0
  // Four at a time take half as long: every rule takes in every step of training by this.
  for (; i + 4 <= length; i += 4) {
    target[i] += scale * x[i]
    target[i + 1] += scale * x[i + 1]
    target[i + 2] += scale * x[i + 2]
    target[i + 3] += scale * x[i + 3]
  }
  for (; i < length; i++) target[i] += scale * x[i]
}

/**
 * x̄ = (1/n) Σ x_i in float64.
 *
 * @throws LengthMismatchError where there is no vector, or their lengths differ
 */
export function preciseMeanOf(vectors: readonly Vector[]): Float64Array {
  if (vectors.length === 0) throw new LengthMismatchError('the mean of no vectors is undefined; at least one is needed')
  const mean = new Float64Array(vectors[0].length)
  for (const vector of vectors) addScaled(mean, 1, vector)
  for (let i = 0; i < mean.length; i++) mean[i] /= vectors.length
  return mean
}

/** x̄ = (1/n) Σ x_i, accumulated in float64 and rounded once. @throws LengthMismatchError as {@link preciseMeanOf} */
export function meanOf(vectors: readonly Float32Array[]): Float32Array {
  return new Float32Array(preciseMeanOf(vectors))
}
