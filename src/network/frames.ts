import { Uint8ArrayList } from 'uint8arraylist'
import { MAX_FRAME_BYTES } from '../gossip/streams/constants.ts'
import { ProtocolError } from '../gossip/streams/stream-errors.ts'

/** A frame is preceded by its length, an unsigned 32-bit integer, big-endian. */
const LENGTH_BYTES = 4

/** Memory of a frame that has just begun to arrive. */
const FIRST_BYTES = 1024

/**
 * Length and frame, of which nothing is copied.
 *
 * @throws ProtocolError when the frame is longer than {@link MAX_FRAME_BYTES}
 */
export function encodeFrame(frame: Uint8Array): Uint8ArrayList {
  checkLength(frame.byteLength)
  const length = new Uint8Array(LENGTH_BYTES)
  new DataView(length.buffer).setUint32(0, frame.byteLength, false)
  return new Uint8ArrayList(length, frame)
}

/**
 * Cuts bytes into frames, one after another in the same memory: each is overwritten when the next one is asked for, and
 * starts where an array of any type may start. It asks for more bytes only when it holds no whole frame, so a source that
 * yields on demand is never ahead of the reader by more than it chooses.
 *
 * @param most bytes of the longest frame that is expected now
 * @throws ProtocolError when a frame is longer than that, as soon as its length is known, or when the bytes end inside a frame
 */
export async function* decodeFrames(
  source: AsyncIterable<Uint8ArrayList>,
  most: () => number = () => MAX_FRAME_BYTES,
): AsyncGenerator<Uint8Array, void> {
  const held = new Uint8ArrayList()
  let memory = new Uint8Array(0)
  /** Bytes of the frame that is arriving; undefined between two. */
  let length: number | undefined
  let filled = 0

  for await (const bytes of source) {
    held.append(bytes)
    for (;;) {
      if (length === undefined) {
        if (held.byteLength < LENGTH_BYTES) break
        length = held.getUint32(0, false)
        checkLength(length, most())
        held.consume(LENGTH_BYTES)
      }
      const arrived = held.sublist(0, Math.min(length - filled, held.byteLength))
      memory = grown(memory, filled, filled + arrived.byteLength, length)
      for (const piece of arrived) {
        memory.set(piece, filled)
        filled += piece.byteLength
      }
      held.consume(arrived.byteLength)
      if (filled < length) break
      yield memory.subarray(0, length)
      length = undefined
      filled = 0
    }
  }
  const rest = length === undefined ? held.byteLength : LENGTH_BYTES + filled
  if (rest > 0) throw new ProtocolError(`the stream ended inside a frame, after ${rest} bytes of it`)
}

/**
 * Memory that has room for what has arrived of a frame. It grows with that and not with the length that was announced,
 * which costs the sender nothing.
 */
function grown(
  memory: Uint8Array<ArrayBuffer>,
  filled: number,
  needed: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  if (needed <= memory.byteLength) return memory
  const larger = new Uint8Array(Math.min(length, Math.max(FIRST_BYTES, 2 * needed)))
  larger.set(memory.subarray(0, filled))
  return larger
}

/** @throws ProtocolError */
export function checkLength(bytes: number, most = MAX_FRAME_BYTES): void {
  if (bytes > most) throw new ProtocolError(`a frame of ${bytes} bytes exceeds ${most}`)
}
