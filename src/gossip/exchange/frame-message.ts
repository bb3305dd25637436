/**
 * The messages of the two sides of an exchange, once it is agreed: how a part of the parameters is, and how far the exchange has come.
 * Numbers are unsigned 32-bit integers, little-endian:
 *
 * ```
 *   settled                                 a mark
 *   settled  index  checksum of body  body  a frame
 * ```
 *
 * Settled frames are those that the sender has decided (initiator) or applied (responder), for good. The checksum is defined
 * in `parameters/kernels/assembly/frames.ts`. It finds mistakes, in memory or in a peer's program: that nobody between the two
 * has changed a byte, noise makes sure of.
 *
 * @packageDocumentation
 */

import { arrive, checksum } from '../../parameters/frame-memory.ts'
import { ProtocolViolationError } from '../errors.ts'

/** Room before the body of a frame. A multiple of 4, so that the body of aligned memory is aligned too. */
export const BODY_OFFSET = 12

const MARK_BYTES = 4

export interface FrameMessage {
  readonly settled: number
  /** Absent from a mark. */
  readonly frame?: { readonly index: number; readonly body: Uint8Array }
}

/** Puts the header before a body that is in its place. @returns the part of `memory` that is the frame */
export function sealFrame(memory: Uint8Array, settled: number, index: number, bodyBytes: number): Uint8Array {
  const frame = memory.subarray(0, BODY_OFFSET + bodyBytes)
  const header = new DataView(memory.buffer, memory.byteOffset, BODY_OFFSET)
  header.setUint32(0, settled, true)
  header.setUint32(4, index, true)
  header.setUint32(8, checksum(frame.subarray(BODY_OFFSET)), true)
  return frame
}

export function encodeMark(settled: number): Uint8Array {
  const mark = new Uint8Array(MARK_BYTES)
  new DataView(mark.buffer).setUint32(0, settled, true)
  return mark
}

/**
 * @param bytes no longer than a frame may be
 * @returns its body is a copy, which the next call overwrites
 * @throws ProtocolViolationError for anything that is neither, or whose body is not what was sent
 */
export function decodeFrameMessage(bytes: Uint8Array): FrameMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength === MARK_BYTES) return { settled: view.getUint32(0, true) }
  if (bytes.byteLength < BODY_OFFSET) {
    throw new ProtocolViolationError(`a frame has ${bytes.byteLength} bytes; its header alone has ${BODY_OFFSET}`)
  }
  const body = arrive(bytes.subarray(BODY_OFFSET))
  const [found, expected] = [checksum(body), view.getUint32(8, true)]
  if (found !== expected) {
    throw new ProtocolViolationError(
      `the body of a frame has the checksum ${found.toString(16)}, not ${expected.toString(16)}`,
    )
  }
  return { settled: view.getUint32(0, true), frame: { index: view.getUint32(4, true), body } }
}
