import { HearsayError } from '../../errors.ts'
import type { Random } from '../../random/random.ts'
import type { Vector } from '../vectors.ts'

/** Bytes that no encoder of ours would have written. */
export class CodecError extends HearsayError {
  override readonly name = 'CodecError'
}

/** How a vector travels in fewer bytes than float32 takes. One implementation, for the wire and for simulations alike. */
export interface Codec {
  /** As written in a recipe, parameter included: `parseCodec(name)` gives the same codec again. */
  readonly name: string
  /** No encoding of so many numbers is longer, in bytes. */
  maximumBytes(length: number): number
  /**
   * @param random decides what is left to chance; only this peer's own
   * @param out at least `maximumBytes(vector.length)` long
   * @returns bytes written
   */
  encode(vector: Vector, random: Random, out: Uint8Array): number
  /**
   * Writes Q(x), what the receiver has; every coordinate.
   *
   * @param bytes exactly one encoding
   * @throws CodecError for anything that {@link encode} does not write: too short or long, an index out of range or out of
   *   order, a number that is not finite
   */
  decode(bytes: Uint8Array, out: Vector): void
  /** ω in E‖Q(x) − x‖² ≤ (1 − ω) ‖x‖², for vectors of this length: 1 loses nothing. Undefined where nothing is promised. */
  contraction(length: number): number | undefined
}
