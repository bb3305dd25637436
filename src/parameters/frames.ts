/**
 * How a parameter vector travels: as consecutive frames, each the index of its first element (u32, little-endian) and
 * then up to {@link FRAME_FLOATS} float32 values, little-endian. A frame says where it belongs, so that a frame, rather
 * than a whole model, can be the unit of an exchange.
 *
 * @packageDocumentation
 */

import { HearsayError } from '../errors.ts'
import { FRAME_FLOATS, FRAME_HEADER_BYTES } from './constants.ts'
import { createParameterHasher, type ParameterHasher } from './hash.ts'
import { littleEndianBytes, readLittleEndian } from './little-endian.ts'
import { firstNonFinite } from './vectors.ts'

/** A frame, or a vector made of frames, is not what was announced. */
export class FrameError extends HearsayError {
  override readonly name = 'FrameError'
}

/**
 * The frames of elements `from` (inclusive) to `to` (exclusive), in order, each a copy. Nothing is read before its frame
 * is asked for, so the vector must keep still until the end: send a snapshot.
 *
 * @param hasher sees the values of each frame as it is made, so that their hash is ready after the last one
 */
export function* vectorFrames(
  vector: Float32Array,
  from = 0,
  to = vector.length,
  hasher?: ParameterHasher,
): Generator<Uint8Array, void> {
  for (let first = from; first < to; first += FRAME_FLOATS) {
    const values = vector.subarray(first, Math.min(first + FRAME_FLOATS, to))
    hasher?.update(values)
    const frame = new Uint8Array(FRAME_HEADER_BYTES + values.byteLength)
    new DataView(frame.buffer).setUint32(0, first, true)
    frame.set(littleEndianBytes(values), FRAME_HEADER_BYTES)
    yield frame
  }
}

/** Puts frames back together, and trusts none of them. */
export interface FrameAssembler {
  /** Whether every element has arrived. */
  readonly done: boolean
  /**
   * Takes the next frame. A refused one changes nothing.
   *
   * @throws FrameError when it does not start where the last one ended, has not exactly the bytes that belong there, or
   * holds a value that is not finite
   */
  accept(frame: Uint8Array): void
  /**
   * The values, once all have arrived. Call it once.
   *
   * @param expectedHash what {@link ParameterHasher.digest} gave the sender
   * @throws FrameError when elements are missing or their hash is another
   */
  finish(expectedHash: string): Float32Array
}

/**
 * Allocates the whole vector, so the length must have been checked against what is expected.
 *
 * @param length elements to receive
 * @param from index, in the sender's vector, of the first of them
 */
export function createFrameAssembler(length: number, from = 0): FrameAssembler {
  const values = new Float32Array(length)
  const hasher = createParameterHasher()
  let received = 0

  return {
    get done() {
      return received === length
    },

    accept(frame) {
      if (received === length) throw new FrameError(`a frame arrived after all ${length} elements had`)
      if (frame.length < FRAME_HEADER_BYTES) {
        throw new FrameError(`a frame has ${frame.length} bytes; its header alone has ${FRAME_HEADER_BYTES}`)
      }
      const first = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0, true)
      if (first !== from + received) {
        throw new FrameError(`a frame starts at element ${first}; the next one expected is ${from + received}`)
      }
      const target = values.subarray(received, Math.min(received + FRAME_FLOATS, length))
      const expectedBytes = FRAME_HEADER_BYTES + target.byteLength
      if (frame.length !== expectedBytes) {
        throw new FrameError(`the frame at element ${first} has ${frame.length} bytes; ${expectedBytes} were expected`)
      }
      readLittleEndian(frame.subarray(FRAME_HEADER_BYTES), target)
      const bad = firstNonFinite(target)
      if (bad !== -1) throw new FrameError(`element ${first + bad} is ${target[bad]}; parameters must be finite`)
      hasher.update(target)
      received += target.length
    },

    finish(expectedHash) {
      if (received !== length) throw new FrameError(`only ${received} of ${length} elements have arrived`)
      const hash = hasher.digest()
      if (hash !== expectedHash) {
        throw new FrameError(`the SHA-256 of what arrived is ${hash}; the sender announced ${expectedHash}`)
      }
      return values
    },
  }
}
