import type { Uint8ArrayList } from 'uint8arraylist'
import type { FrameStream } from '../gossip/ports.ts'
import { MAX_FRAME_BYTES } from '../gossip/streams/constants.ts'
import { ProtocolError, StreamEndedError } from '../gossip/streams/stream-errors.ts'
import { abortable } from './abortable.ts'
import { checkLength, decodeFrames } from './frames.ts'

export interface FrameReaderOptions {
  /** Aborted when the stream is over before its end. */
  readonly broken: AbortSignal
  /** Resets the stream. */
  abort(reason: Error): void
}

/**
 * The reading half of a stream of frames. A read that is cancelled takes nothing: the next one gets the frame. What is no frame, or a longer one than
 * is expected, resets the stream.
 *
 * @param bytes in order
 */
export function createFrameReader(
  bytes: AsyncIterable<Uint8ArrayList>,
  { broken, abort }: FrameReaderOptions,
): FrameStream['read'] {
  let expected = MAX_FRAME_BYTES
  const frames = decodeFrames(bytes, () => expected)
  let next: Promise<Uint8Array> | undefined

  async function nextFrame(): Promise<Uint8Array> {
    try {
      const { done, value } = await frames.next()
      if (done) throw new StreamEndedError('the other side closed the stream')
      return value
    } catch (error) {
      if (error instanceof ProtocolError) abort(error)
      throw error
    }
  }

  return async ({ signal, most = MAX_FRAME_BYTES }) => {
    signal.throwIfAborted()
    broken.throwIfAborted()
    expected = most
    next ??= nextFrame()
    const frame = await abortable(next, signal)
    next = undefined
    try {
      // A read that was cancelled may have expected more.
      checkLength(frame.byteLength, most)
    } catch (error) {
      abort(error as Error)
      throw error
    }
    return frame
  }
}
