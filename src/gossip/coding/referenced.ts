import { exchangeDifference } from '../../averaging/exchange.ts'
import { moveReference, referredSquaredNorm } from '../../averaging/reference.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import { FrameError } from '../../parameters/frames.ts'
import type { Range } from '../../parameters/range.ts'
import type { Random } from '../ports.ts'
import { createBufferLease } from './buffer-lease.ts'
import type { Coding, Merged } from './coding.ts'
import { decodeFrame } from './decode-frame.ts'
import type { Reference } from './references.ts'
import { scratchFloats } from './scratch.ts'

/** The parts of a referenced coding. */
export interface ReferencedOptions {
  /** For frames that were averaged with this partner before: it only ever encodes what has happened since. */
  readonly codec: Codec
  /** For the others, whose whole parameters are sent: a faithful one. */
  readonly first: Codec
  readonly reference: Reference
  readonly weight: number
  readonly random: Random
  /** Takes the reference back where the exchange is complete. */
  readonly keep: () => void
}

/**
 * Every element, as its difference from what both peers hold in common since they last averaged: see
 * `averaging/reference.ts`.
 *
 * The array of a difference is used again once its frame is settled, as those of {@link createPlain}. The reference moves
 * before that: where a frame is not settled, the reference is not kept.
 */
export function createReferenced(options: ReferencedOptions): Coding {
  const { codec, first: firstCodec, reference, weight, random, keep } = options
  const lease = createBufferLease()

  const codecFor = ({ first, end }: Range) => (reference.frames.get(first) === end ? codec : firstCodec)

  function say(range: Range, own: Float32Array, out: Uint8Array): number {
    const common = reference.vector.subarray(range.first, range.end)
    const since = scratchFloats(2, own.length)
    for (let i = 0; i < own.length; i++) since[i] = own[i] - common[i]
    return codecFor(range).encode(since, random, out)
  }

  /** a Q of what was sent, a the damping. */
  function hear(range: Range, bytes: Uint8Array, which: 0 | 1): Float32Array {
    const length = range.end - range.first
    const used = codecFor(range)
    const sent = decodeFrame(range, used, bytes, scratchFloats(which, length))
    const damping = used.damping(length)
    if (damping !== 1) for (let i = 0; i < length; i++) sent[i] *= damping
    return sent
  }

  function merge(range: Range, offered: Uint8Array, answered: Uint8Array): Merged {
    const { first, end } = range
    const theirs = hear(range, answered, 0)
    const common = reference.vector.subarray(first, end)
    const squaredNorm = referredSquaredNorm(common, theirs)
    if (!Number.isFinite(squaredNorm)) throw new FrameError(`the frame at element ${first} says what is beyond float32`)
    const ours = hear(range, offered, 1)
    const values = lease.lease(first, end - first)
    exchangeDifference(ours, theirs, weight, values)
    moveReference(common, ours, theirs)
    reference.frames.set(first, end)
    return { difference: { first, values }, squaredNorm }
  }

  return {
    maximumBytes: elements => Math.max(codec.maximumBytes(elements), firstCodec.maximumBytes(elements)),
    offer: say,
    answer(range, own, offered, out) {
      const bytes = say(range, own, out)
      return { ...merge(range, out.subarray(0, bytes), offered), bytes }
    },
    merge,
    settled({ first }) {
      lease.release(first)
    },
    end(complete) {
      if (complete) keep()
    },
  }
}
