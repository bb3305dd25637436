import { exchangeDifference } from '../../averaging/exchange.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import type { Range } from '../../parameters/range.ts'
import type { Random } from '../ports.ts'
import { createBufferLease } from './buffer-lease.ts'
import type { Coding, Merged } from './coding.ts'
import { decodeFrame } from './decode-frame.ts'
import { scratchFloats } from './scratch.ts'

/**
 * Every element by a codec that is faithful: d = w (Q(theirs) − Q(ours)), which both sides know to the last bit.
 *
 * The array of a difference is used again once its frame is settled, as those of {@link createPlain}.
 */
export function createDense(codec: Codec, weight: number, random: Random): Coding {
  const lease = createBufferLease()

  function merge(range: Range, offered: Uint8Array, answered: Uint8Array): Merged {
    const { first, end } = range
    const theirs = decodeFrame(range, codec, answered, scratchFloats(0, end - first))
    const ours = decodeFrame(range, codec, offered, scratchFloats(1, end - first))
    const values = lease.lease(first, end - first)
    return { squaredNorm: exchangeDifference(ours, theirs, weight, values), difference: { first, values } }
  }

  return {
    maximumBytes: codec.maximumBytes,
    offer: (_range, own, out) => codec.encode(own, random, out),
    answer(range, own, offered, out) {
      const bytes = codec.encode(own, random, out)
      return { ...merge(range, out.subarray(0, bytes), offered), bytes }
    },
    merge,
    settled({ first }) {
      lease.release(first)
    },
    end() {},
  }
}
