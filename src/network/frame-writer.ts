import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { AbortOptions } from '../gossip/ports.ts'
import { ConnectionLostError } from '../gossip/streams/stream-errors.ts'
import { abortable } from './abortable.ts'
import { PIECE_BYTES } from './constants.ts'
import { encodeFrame } from './frames.ts'
import type { Pace } from './pace.ts'
import type { WriteAhead } from './write-ahead.ts'

export interface FrameWriterOptions {
  /** Aborted when the stream is over before its end. */
  readonly broken: AbortSignal
  /** How much may wait for its connection. */
  readonly ahead: WriteAhead
  /** Where the bandwidth is limited. */
  readonly pace?: Pace
  /** Bytes that were handed to libp2p. */
  sent(bytes: number): void
}

/** The writing half of a stream of frames. */
export interface FrameWriter {
  write(frame: Uint8Array, options: AbortOptions): Promise<void>
  /** Waits until no more than so many bytes wait for the connection. */
  drained(bytes: number, options: AbortOptions): Promise<void>
}

export function createFrameWriter(stream: Stream, { broken, ahead, pace, sent }: FrameWriterOptions): FrameWriter {
  // Once for the whole stream: a model is a thousand frames.
  let change: PromiseWithResolvers<void> | undefined
  const changed = () => {
    change?.resolve()
    change = undefined
  }
  for (const event of ['drain', 'idle', 'close'] as const) stream.addEventListener(event, changed)

  function send(bytes: Uint8ArrayList): void {
    if (stream.status !== 'open') throw new ConnectionLostError('the connection closed before everything was sent')
    try {
      stream.send(bytes)
    } catch (error) {
      // A connection that fails while it is written to has closed the stream by now.
      broken.throwIfAborted()
      throw error
    }
    sent(bytes.byteLength)
  }

  async function drained(bytes: number, { signal }: AbortOptions): Promise<void> {
    while (stream.writeBufferLength > bytes) {
      broken.throwIfAborted()
      if (stream.status !== 'open') throw new ConnectionLostError('the connection closed before everything was sent')
      change ??= Promise.withResolvers()
      await abortable(change.promise, signal)
    }
    broken.throwIfAborted()
  }

  /** @returns bytes of the next piece: no sliver is left over, and of what is paced a piece is short */
  function next(left: number): number {
    const piece = pace === undefined ? ahead.piece() : PIECE_BYTES
    return left < 2 * piece ? left : piece
  }

  return {
    drained,
    async write(frame, { signal }) {
      signal.throwIfAborted()
      broken.throwIfAborted()
      const bytes = encodeFrame(frame)
      for (let begun = false; bytes.byteLength > 0; begun = true) {
        const piece = next(bytes.byteLength)
        const most = ahead.bytes() - ahead.piece()
        const waits = stream.writeBufferLength > most
        try {
          await drained(most, { signal })
          if (pace !== undefined) await pace.sending(piece, { signal: AbortSignal.any([signal, broken]) })
        } catch (error) {
          // Part of a frame would be taken for the beginning of the next one.
          if (begun && stream.status === 'open') {
            pace?.sent(bytes.byteLength)
            send(bytes)
          }
          throw error
        }
        ahead.wrote(piece, waits)
        send(bytes.sublist(0, piece))
        bytes.consume(piece)
      }
    },
  }
}
