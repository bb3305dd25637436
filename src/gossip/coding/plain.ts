import { saidDifference } from '../../averaging/said-difference.ts'
import { FrameError } from '../../parameters/frames.ts'
import { littleEndianBytes, littleEndianValues } from '../../parameters/little-endian.ts'
import { firstNonFinite } from '../../parameters/vectors.ts'
import type { Coding, FrameRange, Merged } from './coding.ts'
import { scratchFloats } from './scratch.ts'
import { createLending, type Spares } from './spares.ts'

/**
 * Float32, little-endian, as it is. Bytes that are aligned are worked on where they lie.
 *
 * The array of a difference is used again once its frame is settled; that of a frame which never is, because it stayed in
 * doubt, never.
 */
export function createPlain(weight: number, spares: Spares): Coding {
  const lending = createLending(spares)

  function merge({ first, end }: FrameRange, own: Float32Array, answered: Uint8Array): Merged {
    const length = end - first
    if (answered.length !== 4 * length) {
      throw new FrameError(`the frame at element ${first} has ${answered.length} bytes; ${4 * length} were expected`)
    }
    const theirs = littleEndianValues(answered, scratchFloats(0, length))
    const values = lending.lend(first, length)
    const squaredNorm = saidDifference(own, theirs, weight, values)
    if (!Number.isFinite(squaredNorm)) {
      lending.takeBack(first)
      const bad = firstNonFinite(theirs)
      throw new FrameError(`element ${first + bad} is ${theirs[bad]}; parameters must be finite`)
    }
    return { difference: { first, values }, squaredNorm }
  }

  function offer(_range: FrameRange, own: Float32Array, out: Uint8Array): number {
    out.set(littleEndianBytes(own))
    return own.byteLength
  }

  return {
    maximumBytes: elements => 4 * elements,
    offer,
    answer(range, own, offered, out) {
      const merged = merge(range, own, offered)
      return { ...merged, bytes: offer(range, own, out) }
    },
    merge(range, offered, answered) {
      return merge(range, littleEndianValues(offered, scratchFloats(1, offered.length / 4)), answered)
    },
    settled({ first }) {
      lending.takeBack(first)
    },
    end() {},
  }
}
