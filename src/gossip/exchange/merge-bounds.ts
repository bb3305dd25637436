/**
 * What is checked of each frame before anything of it is added: that all that the other side has said so far is no larger, and no farther away,
 * than this peer accepts.
 *
 * @packageDocumentation
 */

import { squaresInRoom } from '../../parameters/frame-memory.ts'
import { squaredNorm } from '../../parameters/vectors.ts'
import type { Merged } from '../coding/coding.ts'
import { FalseSketchError, NormError, ProtocolViolationError } from '../errors.ts'
import { magnitude } from '../magnitude.ts'
import type { PeerId } from '../ports.ts'
import type { NormBound } from './admissible-norm.ts'

/** The bound of how far an exchange may move this peer. */
export interface MoveBound {
  /** Σ ‖w d‖² of all frames is not to be larger. */
  readonly squares: number
}

/** What a partner says in one exchange, as it comes. */
export interface MergeBounds {
  /** @throws NormError, FalseSketchError, or ProtocolViolationError, where this frame is too much: then nothing of it may be added */
  require(merged: Merged): void
  /** How far the frames that were let pass move this peer, all together; 0 where nobody asked for a bound. */
  moved(): number
}

/** @param move undefined where merges are not clipped */
export function boundMerges(partner: PeerId, norm: NormBound, move: MoveBound | undefined): MergeBounds {
  let said = 0
  let moved = 0

  function requireNorm(squares: number): void {
    said += squares
    const size = Math.sqrt(said)
    if (size <= norm.most) return
    if (norm.isFalse(size)) {
      throw new ProtocolViolationError(
        `said parameters with a norm of ${magnitude(size)} or more, which is not what it has announced of them`,
      )
    }
    throw new NormError(partner, size, norm.most, norm.accepting)
  }

  return {
    require({ squaredNorm: theirs, difference: { values } }) {
      requireNorm(theirs)
      if (move === undefined) return
      const sum = moved + (squaresInRoom(values) ?? squaredNorm(values))
      if (sum > move.squares) throw new FalseSketchError(partner)
      moved = sum
    },
    moved: () => Math.sqrt(moved),
  }
}
