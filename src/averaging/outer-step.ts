/**
 * Outer optimisation by a peer whose parameters only ever change by what is added to them: by training, by exchanges, and by an
 * outer step after each exchange or round of exchanges. How φ and its momentum advance is the rule's.
 *
 * Such rules are written for θ after an exchange being the mean of the pair, or of all. Here an exchange adds w (s_j − s_i), and w is
 * smaller where a peer takes part in several at once; one that was cut has added nothing to some of the parameters; and
 * training went on meanwhile. The same step is right for all of these, and needs no w: what an exchange adds on its two sides
 * cancels, so over all peers
 *
 *     mean of (θ_i after − φ_i) = mean of (θ_i before − φ_i),
 *
 * and the steps of `noloco` and `diloco` are linear in θ − φ. So the mean of the φ moves by momentum along the mean of what was trained,
 * whatever the weights were. Only how fast the φ come together depends on them: of the difference of two, a `noloco` step
 * without momentum leaves 1 − 2wη, which for w = 1/2 is the rule's 1 − η. Nor need peers step at the same time: what is found
 * in θ − φ moves φ by η / (1 − μ) of it in the end, so the two sides of an exchange cancel once both have stepped on.
 *
 * @packageDocumentation
 */

import { requireSameLength, type Vector } from '../parameters/vectors.ts'

/** What a peer adds after an exchange, or a round, along what was trained since the last one. */
export interface OuterStep {
  /**
   * The outer step of some of the parameters: every coordinate steps by itself, so a peer may do it frame by frame, with those
   * that were exchanged.
   *
   * @param parameters `[count]`, as they are with what the exchange added; left alone
   * @param first index in the peer's parameters of the first of these
   * @returns `[count]`: what the peer is to add to them. It is counted as added from now on. It belongs to training: it moves
   *   the swarm's mean, and is meant to
   * @throws LengthMismatchError where there are not so many parameters from `first` on
   */
  step(parameters: Float32Array, first?: number): Float32Array
  /** Begins anew from these parameters, for a peer that has put a whole vector in place of its own. @throws LengthMismatchError */
  restart(parameters: Float32Array): void
  /** Copies of φ and the momentum, by names that no trainer uses; they belong to the parameters as they are now. */
  state(): Record<string, Float32Array>
  /** Takes up what `state()` gave; without these names in it nothing changes. @throws LengthMismatchError */
  restore(state: Readonly<Record<string, Float32Array>>): void
}

/**
 * Moves φ and the momentum, in place.
 *
 * @param reached what the parameters have become, with what the exchange added
 */
export type Advance = (reached: Vector, phi: Vector, momentum: Vector) => void

/** Prefix of the names in {@link OuterStep.state}. */
export const OUTER_STATE = 'outer/'
const PHI = `${OUTER_STATE}phi`
const MOMENTUM = `${OUTER_STATE}momentum`

/** @param parameters where a peer that has made no outer step yet starts from */
export function createOuterStep(parameters: Float32Array, advance: Advance): OuterStep {
  const phi = parameters.slice()
  const momentum = new Float32Array(phi.length)

  return {
    step(reached, first = 0) {
      const start = phi.subarray(first, first + reached.length)
      requireSameLength(start, reached)
      advance(reached, start, momentum.subarray(first, first + reached.length))
      const difference = new Float32Array(reached.length)
      for (let i = 0; i < reached.length; i++) {
        difference[i] = start[i] - reached[i]
        // The point from which the next training starts: the rounding of the addition must not look like training.
        start[i] = reached[i] + difference[i]
      }
      return difference
    },
    restart(parameters) {
      requireSameLength(phi, parameters)
      phi.set(parameters)
      momentum.fill(0)
    },
    state: () => ({ [PHI]: phi.slice(), [MOMENTUM]: momentum.slice() }),
    restore({ [PHI]: keptPhi, [MOMENTUM]: keptMomentum }) {
      if (keptPhi === undefined || keptMomentum === undefined) return
      requireSameLength(phi, keptPhi)
      requireSameLength(momentum, keptMomentum)
      phi.set(keptPhi)
      momentum.set(keptMomentum)
    },
  }
}
