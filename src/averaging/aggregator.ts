import type { Vector } from '../parameters/vectors.ts'

/** A neighbour's parameters and the weight w_ij that the mixing matrix gives them. */
export interface WeightedVector {
  readonly weight: number
  readonly vector: Vector
}

/**
 * How several parameter vectors become one. A robust aggregator bounds what a byzantine neighbour can do; one that
 * counts votes, as a median does, ignores the weights.
 */
export interface Aggregator {
  /** The name as written in a recipe, parameter included: `parseAggregator(name)` gives the same aggregator again. */
  readonly name: string
  /** Of one that shortens differences: how, as two at a time do it. Default: it does something else. */
  readonly clips?: Clips
  /** Why this aggregator is impossible for a peer with so many neighbours, and what would work; undefined where it is possible. */
  misfit(neighbours: number): string | undefined
  /**
   * @param own this peer's parameters; their weight is what the others leave, 1 − Σ w_ij
   * @param neighbours those that arrived, in any order, perhaps none
   * @param out where to put the result; may be `own`, and is none of the neighbours
   * @throws LengthMismatchError
   */
  aggregate(own: Vector, neighbours: readonly WeightedVector[], out: Vector): void
}

/** How differences are shortened. */
export interface Clips {
  /** τ; without one it follows the swarm. */
  readonly radius?: number
}
