import type { Random } from '../../random/random.ts'
import type { Vector } from '../vectors.ts'
import type { Codec } from './codec.ts'
import { none } from './none.ts'

/** An encoding on its way to its own decoder; nothing in it outlives a call. */
let buffer = new Uint8Array()

/**
 * out ← a Q(x), what every receiver makes of x: it is really encoded and decoded, so nothing is lost here that would not be
 * lost on the way, and nothing kept. The factor a is the codec's damping. Without compression x is not even rounded to
 * float32, so that identities can be checked in float64.
 *
 * @param out may not be `vector`
 * @returns bytes on the wire
 */
export function compress(codec: Codec, vector: Vector, random: Random, out: Vector): number {
  if (codec === none) {
    out.set(vector)
    return none.maximumBytes(vector.length)
  }
  const most = codec.maximumBytes(vector.length)
  if (buffer.length < most) buffer = new Uint8Array(most)
  const bytes = codec.encode(vector, random, buffer)
  codec.decode(buffer.subarray(0, bytes), out)
  const damping = codec.damping(vector.length)
  if (damping !== 1) for (let i = 0; i < out.length; i++) out[i] *= damping
  return bytes
}
