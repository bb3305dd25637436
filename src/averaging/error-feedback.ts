import type { Codec } from '../parameters/codecs/codec.ts'
import { compress } from '../parameters/codecs/compress.ts'
import { addScaled, type Vector } from '../parameters/vectors.ts'
import type { Random } from '../random/random.ts'

/**
 * Error feedback: what compression loses of one message is added to the next, so nothing is lost for good (Seide et al. 2014,
 * "1-Bit Stochastic Gradient Descent"; Karimireddy et al. 2019, "Error Feedback Fixes SignSGD"):
 *
 * sent ← C(memory); memory ← memory − sent.
 *
 * With a codec that keeps a number, drops it, or rounds it to the nearest step, sent + memory is the input to the last bit,
 * since the difference of two floating-point numbers within a factor of two is exact (Sterbenz 1974). Where chance decides it
 * is so up to one rounding.
 *
 * @param memory the unsent rest so far and, added by the caller, what is new; afterwards the rest that is still unsent
 * @param sent where to put what the receivers have
 * @returns bytes on the wire
 */
export function compressWithFeedback(codec: Codec, memory: Vector, random: Random, sent: Vector): number {
  const bytes = compress(codec, memory, random, sent)
  addScaled(memory, -1, sent)
  return bytes
}
