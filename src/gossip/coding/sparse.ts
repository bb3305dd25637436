import { exchangeDifference } from '../../averaging/exchange.ts'
import { CodecError } from '../../parameters/codecs/codec.ts'
import { FrameError } from '../../parameters/frames.ts'
import { littleEndianBytes, readLittleEndian } from '../../parameters/little-endian.ts'
import type { Range } from '../../parameters/range.ts'
import { firstNonFinite } from '../../parameters/vectors.ts'
import type { Coding, Merged } from './coding.ts'
import { refusedFrame } from './decode-frame.ts'
import type { Chosen, IndexChoice } from './index-choice.ts'
import { scratchFloats } from './scratch.ts'

/** Some elements of a frame, as their peer sent them. */
export interface SentElements {
  readonly indices: Int32Array
  readonly values: Float32Array
}

/**
 * Some elements of each frame, as they are, in float32: the initiator chooses and sends its own, the responder answers with
 * its own at the same places, 4 bytes each. So a part of the model is averaged, exactly: no step size is needed, and no two
 * peers can drift apart, as they would where each sent other elements.
 *
 * The arrays of a difference are not used again.
 *
 * @param onSettled called with the elements that this side has sent, once their frame is settled
 */
export function createSparse(
  choice: IndexChoice,
  weight: number,
  onSettled: (range: Range, sent: SentElements) => void = () => {},
): Coding {
  /** The elements that this side has sent, by the first element of their frame, until that is settled. */
  const unsettled = new Map<number, SentElements>()

  function placesIn(range: Range, bytes: Uint8Array): Chosen {
    try {
      return choice.read(range.end - range.first, bytes)
    } catch (error) {
      throw error instanceof CodecError ? refusedFrame(range, error) : error
    }
  }

  /** @throws FrameError unless the rest of the bytes are one finite value for each place */
  function valuesIn({ first }: Range, { indices }: Chosen, bytes: Uint8Array, which: 0 | 1): Float32Array {
    if (bytes.length !== 4 * indices.length) {
      throw new FrameError(
        `the frame at element ${first} has ${bytes.length} bytes of values; ${4 * indices.length} were expected`,
      )
    }
    const values = scratchFloats(which, indices.length)
    readLittleEndian(bytes, values)
    const bad = firstNonFinite(values)
    if (bad !== -1) throw new FrameError(`element ${first + indices[bad]} is ${values[bad]}; parameters must be finite`)
    return values
  }

  /** @param chosen its indices may be used again, as may both values */
  function merged({ first }: Range, chosen: Chosen, ours: Float32Array, theirs: Float32Array): Merged {
    const indices = chosen.indices.slice()
    unsettled.set(first, { indices, values: ours.slice() })
    const values = new Float32Array(indices.length)
    return { squaredNorm: exchangeDifference(ours, theirs, weight, values), difference: { first, values, indices } }
  }

  return {
    maximumBytes: elements => choice.maximumBytes(elements) + 4 * choice.count(elements),
    offer(range, own, out) {
      const { indices, bytes } = choice.choose(range, own, out)
      const values = gather(own, indices, 0)
      out.set(littleEndianBytes(values), bytes)
      return bytes + values.byteLength
    },
    answer(range, own, offered, out) {
      const chosen = placesIn(range, offered)
      const theirs = valuesIn(range, chosen, offered.subarray(chosen.bytes), 1)
      const ours = gather(own, chosen.indices, 0)
      out.set(littleEndianBytes(ours))
      return { ...merged(range, chosen, ours, theirs), bytes: ours.byteLength }
    },
    merge(range, offered, answered) {
      const chosen = placesIn(range, offered)
      const ours = valuesIn(range, chosen, offered.subarray(chosen.bytes), 0)
      return merged(range, chosen, ours, valuesIn(range, chosen, answered, 1))
    },
    settled(range) {
      const sent = unsettled.get(range.first)
      if (sent === undefined) return
      unsettled.delete(range.first)
      onSettled(range, sent)
    },
    end() {},
  }
}

function gather(own: Float32Array, indices: Int32Array, which: 0 | 1): Float32Array {
  const values = scratchFloats(which, indices.length)
  for (let i = 0; i < indices.length; i++) values[i] = own[indices[i]]
  return values
}
