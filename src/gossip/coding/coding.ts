import type { Range } from '../../parameters/range.ts'
import type { Difference } from '../state/difference.ts'

/** The result of combining one side's elements of a frame with those that the other sent. */
export interface Merged {
  /**
   * d = w · (theirs − ours), exactly the negative of what the other side computes. Its arrays are the caller's until the frame
   * is settled, and for good where it never is.
   */
  readonly difference: Difference
  /** Σ of squares of the other side's parameters, as far as it sent them. */
  readonly squaredNorm: number
}

/**
 * How the frames of one exchange travel, and what becomes of them: the initiator offers a frame, the responder answers with
 * its own and knows d, the initiator merges the answer and knows −d. Both take for w the weight of the exchange.
 *
 * The part that is rounded or left out stays with its peer: both sides compute d from what was sent, never from what was meant, so the two
 * differences are exact negatives whatever a codec loses.
 */
export interface Coding {
  /** No offer and no answer for a frame of so many elements is longer, in bytes. */
  maximumBytes(elements: number): number
  /**
   * Initiator: writes how the elements of this frame are now.
   *
   * @param own a view of the parameters, `[end − first]`
   * @param out at least {@link maximumBytes} long, and four-byte aligned
   * @returns bytes written
   */
  offer(range: Range, own: Float32Array, out: Uint8Array): number
  /**
   * Responder: answers an offer with how its own elements are now.
   *
   * @throws FrameError for an offer that no honest peer makes; then nothing was changed
   */
  answer(range: Range, own: Float32Array, offered: Uint8Array, out: Uint8Array): Merged & { readonly bytes: number }
  /**
   * Initiator: what follows from the answer to its offer.
   *
   * @param offered what {@link offer} wrote
   * @throws FrameError for an answer that no honest peer gives; then nothing was changed
   */
  merge(range: Range, offered: Uint8Array, answered: Uint8Array): Merged
  /** The frame's difference has been added on this side; frames are settled in order, each once. */
  settled(range: Range): void
  /** The exchange is over on this side: whether all its frames were settled. */
  end(complete: boolean): void
}
