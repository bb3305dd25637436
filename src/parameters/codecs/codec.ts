import { HearsayError } from '../../errors.ts'
import type { Random } from '../../random/random.ts'
import type { Vector } from '../vectors.ts'

/** Bytes that no encoder of ours would have written. */
export class CodecError extends HearsayError {
  override readonly name = 'CodecError'
}

/** A vector that cannot travel: it has an element that is not finite, or beyond the range of float32. */
export class UnencodableError extends HearsayError {
  override readonly name = 'UnencodableError'
}

/** How a vector travels in fewer bytes than float32 takes. One implementation, for the wire and for simulations alike. */
export interface Codec {
  /** The name as written in a recipe, parameter included: `parseCodec(name)` gives the same codec again. */
  readonly name: string
  /**
   * Whether Q(x) is near x in every coordinate, so that whole parameters may travel so. With any other codec only differences
   * may, and only by a rule that makes up for what was lost. fp16 is near up to its largest number, 65504, at which it cuts
   * off what is larger.
   */
  readonly faithful: boolean
  /** No encoding of so many numbers is longer, in bytes. */
  maximumBytes(length: number): number
  /**
   * @param random decides what is left to chance; only this peer's own
   * @param out at least `maximumBytes(vector.length)` long
   * @returns bytes written
   * @throws UnencodableError for numbers, any of the vector, that are not finite as float32; fp16, which cuts off at its
   *   largest, takes all that are finite
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
  /**
   * ω in E‖a Q(x) − x‖² ≤ (1 − ω) ‖x‖², a the {@link damping}, for vectors of this length: 1 loses nothing. Undefined where
   * nothing is promised.
   */
  contraction(length: number): number | undefined
  /** a: what Q(x) is multiplied with to come as near to x as {@link contraction} says; 1 unless Q is unbiased and noisy. */
  damping(length: number): number
}

/** Reads the bytes of one encoding. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** @throws CodecError unless there are exactly so many bytes */
export function requireBytes(bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) throw new CodecError(`an encoding has ${bytes.length} bytes; expected ${expected}`)
}

/** The error of an encoder for a vector with an element that it cannot encode. */
export function unencodable(vector: Vector): UnencodableError {
  const at = vector.findIndex(value => !Number.isFinite(Math.fround(value)))
  return new UnencodableError(
    at === -1
      ? 'the norm of a vector is beyond the range of float32, so it cannot be compressed'
      : `element ${at} is ${vector[at]}; only finite float32 numbers can be compressed`,
  )
}
