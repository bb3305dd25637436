import type { Vector } from '../../src/parameters/vectors.ts'
import type { Random } from '../../src/random/random.ts'

/** An objective whose minimum is known: f = (1/n) Σ f_i, of which peer i sees only its own f_i. */
export interface Problem {
  /** Length of x. */
  readonly dimension: number
  /**
   * Writes ∇f_i(x), or an unbiased estimate of it.
   *
   * @param random this peer's own
   */
  gradient(peer: number, x: Vector, random: Random, out: Float64Array): void
  /** How far x is from the answer; 0 there, and there alone. */
  loss(x: Vector): number
}
