import type { Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'

/** A row and its class, −1 or 1. */
export interface Example {
  readonly x: Float64Array
  readonly y: number
}

/** λ of Pegasos. */
const REGULARISATION = 0.01

/**
 * The update of one step of Pegasos to a linear model that has seen t − 1 examples: η = 1 / (λ t); w ← (1 − 1/t) w, and
 * η y x more where y w·x < 1 (Shalev-Shwartz, Singer and Srebro 2007, "Pegasos: Primal Estimated sub-GrAdient SOlver for
 * SVM").
 *
 * @param t number of this step, from 1
 */
export function pegasosStep(w: Vector, { x, y }: Example, t: number): Float64Array {
  let score = 0
  for (let p = 0; p < x.length; p++) score += w[p] * x[p]
  const push = y * score < 1 ? y / (REGULARISATION * t) : 0
  return x.map((value, p) => push * value - w[p] / t)
}

/** Two overlapping clouds, one for each class. */
export function twoClouds(count: number, dimension: number, seed: number | string): Example[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const y = random.uniform() < 0.5 ? -1 : 1
    return { x: Float64Array.from({ length: dimension }, () => random.normal() + 0.5 * y), y }
  })
}
