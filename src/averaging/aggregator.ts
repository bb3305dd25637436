/** A neighbour's parameters and the weight w_ij that the mixing matrix gives them. */
export interface WeightedVector {
  readonly weight: number
  readonly vector: Float32Array
}

/**
 * How several parameter vectors become one. A robust aggregator bounds what a liar among the neighbours can do; one that
 * counts votes, as a median does, ignores the weights.
 */
export interface Aggregator {
  readonly name: string
  /**
   * Pure: changes none of its arguments.
   *
   * @param own this peer's parameters; their weight is what the others leave, 1 − Σ w_ij
   * @param neighbours those that arrived, in any order, perhaps none
   * @throws LengthMismatchError
   */
  aggregate(own: Float32Array, neighbours: readonly WeightedVector[]): Float32Array
}
