import { Uint8ArrayList } from 'uint8arraylist'
import { MAX_FRAME_BYTES } from '../gossip/constants.ts'
import { ProtocolError } from '../gossip/stream-errors.ts'

/** A frame is preceded by its length, an unsigned 32-bit integer, big-endian. */
const LENGTH_BYTES = 4

/**
 * Length and frame in one piece. The frame is copied, so that whoever wrote it may use its memory again at once.
 *
 * @throws ProtocolError when the frame is longer than {@link MAX_FRAME_BYTES}
 */
export function encodeFrame(frame: Uint8Array): Uint8Array {
  checkLength(frame.byteLength)
  const bytes = new Uint8Array(LENGTH_BYTES + frame.byteLength)
  new DataView(bytes.buffer).setUint32(0, frame.byteLength, false)
  bytes.set(frame, LENGTH_BYTES)
  return bytes
}

/**
 * Cuts bytes into frames, each in memory of its own. It asks for more bytes only when it holds no whole frame, so a
 * source that yields on demand is never ahead of the reader by more than it chooses.
 *
 * @throws ProtocolError when a frame is longer than {@link MAX_FRAME_BYTES}, as soon as its length is known, or when the
 * bytes end inside a frame
 */
export async function* decodeFrames(source: AsyncIterable<Uint8ArrayList>): AsyncGenerator<Uint8Array, void> {
  const held = new Uint8ArrayList()
  for await (const bytes of source) {
    held.append(bytes)
    while (held.byteLength >= LENGTH_BYTES) {
      const length = held.getUint32(0, false)
      checkLength(length)
      if (held.byteLength < LENGTH_BYTES + length) break
      const frame = new Uint8Array(held.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
      held.consume(LENGTH_BYTES + length)
      yield frame
    }
  }
  if (held.byteLength > 0)
    throw new ProtocolError(`the stream ended inside a frame, after ${held.byteLength} bytes of it`)
}

function checkLength(bytes: number): void {
  if (bytes > MAX_FRAME_BYTES) throw new ProtocolError(`a frame of ${bytes} bytes exceeds ${MAX_FRAME_BYTES}`)
}
