import { exchangeDifference } from '../../averaging/exchange.ts'
import { FrameError } from '../../parameters/frames.ts'
import { littleEndianBytes, littleEndianValues } from '../../parameters/little-endian.ts'
import type { Range } from '../../parameters/range.ts'
import { firstNonFinite } from '../../parameters/vectors.ts'
import { createBufferLease } from './buffer-lease.ts'
import type { Coding, Merged } from './coding.ts'
import { scratchFloats } from './scratch.ts'

/**
 * Float32, little-endian, as it is. Bytes that are aligned are worked on where they lie.
 *
 * The array of a difference is used again once its frame is settled; that of a frame which never is, because it stayed in
 * doubt, never.
 */
export function createPlain(weight: number): Coding {
  const lease = createBufferLease()

  function merge({ first, end }: Range, offered: Uint8Array, answered: Uint8Array): Merged {
    const length = end - first
    if (answered.length !== 4 * length) {
      throw new FrameError(`the frame at element ${first} has ${answered.length} bytes; ${4 * length} were expected`)
    }
    const theirs = littleEndianValues(answered, scratchFloats(0, length))
    const own = littleEndianValues(offered, scratchFloats(1, length))
    const values = lease.lease(first, length)
    const squaredNorm = exchangeDifference(own, theirs, weight, values)
    if (!Number.isFinite(squaredNorm)) {
      lease.release(first)
      const bad = firstNonFinite(theirs)
      throw new FrameError(`element ${first + bad} is ${theirs[bad]}; parameters must be finite`)
    }
    return { difference: { first, values }, squaredNorm }
  }

  function offer(_range: Range, own: Float32Array, out: Uint8Array): number {
    out.set(littleEndianBytes(own))
    return own.byteLength
  }

  return {
    maximumBytes: elements => 4 * elements,
    offer,
    answer(range, own, offered, out) {
      const bytes = offer(range, own, out)
      // The bytes that were sent, and not the parameters themselves: the same values, where they are worked on fast.
      return { ...merge(range, out.subarray(0, bytes), offered), bytes }
    },
    merge,
    settled({ first }) {
      lease.release(first)
    },
    end() {},
  }
}
