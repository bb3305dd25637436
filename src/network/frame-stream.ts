import type { Stream } from '@libp2p/interface'
import type { FrameStream, PeerId } from '../gossip/ports.ts'
import { ConnectionLostError } from '../gossip/streams/stream-errors.ts'
import { closeOrAbort } from './close-or-abort.ts'
import { READ_AHEAD_BYTES } from './constants.ts'
import { createFrameReader } from './frame-reader.ts'
import { createFrameWriter } from './frame-writer.ts'
import type { Pace } from './pace.ts'
import { receivedBytes } from './received-bytes.ts'
import { createWriteAhead, type WriteAhead } from './write-ahead.ts'

export interface FrameStreamOptions {
  /** Where the bandwidth is limited. */
  readonly pace?: Pace
  /** The machine or router at the other end. */
  readonly host?: string
  /** Unread bytes at which the other side is stopped. */
  readonly readAhead?: number
  /** How much may wait for the connection, of all its streams. Default: as for the only one */
  readonly ahead?: WriteAhead
}

/**
 * Frames over a libp2p stream, with back-pressure both ways. One read and one write at a time, as a protocol does. Nothing
 * is copied on the way out, and once on the way in.
 *
 * - A read that is cancelled takes nothing: the next one gets the frame.
 * - A write that is cancelled has sent all of the frame or nothing: it may still arrive, whole.
 * - A close that is cancelled resets the stream, which could not be ended cleanly any more.
 * - A frame that is too long, or an end inside a frame, resets the stream and rejects the read with a `ProtocolError`.
 * - A connection that is lost, or a reset by the other side, rejects with a `ConnectionLostError`; `cause` is what libp2p
 *   says.
 */
export function createFrameStream(
  peer: PeerId,
  stream: Stream,
  { pace, host, readAhead = READ_AHEAD_BYTES, ahead = createWriteAhead() }: FrameStreamOptions = {},
): FrameStream {
  const broken = new AbortController()
  let otherSideEnded = stream.remoteWriteStatus === 'closed'
  stream.addEventListener('remoteCloseWrite', () => {
    otherSideEnded = true
  })
  // libp2p aborts streams too, when it loses their connection; only an abort from here has a reason that callers know.
  let reasonHere: Error | undefined
  stream.addEventListener('close', ({ error: cause }) => {
    if (cause !== undefined && cause === reasonHere) broken.abort(cause)
    else if (stream.status === 'reset')
      broken.abort(new ConnectionLostError('the other side reset the stream', { cause }))
    // A connection that closes takes its streams along without an error, even in the middle of a frame.
    else if (cause !== undefined || !otherSideEnded)
      broken.abort(new ConnectionLostError('the connection closed before the stream ended', { cause }))
  })
  if (stream.status !== 'open') broken.abort(new ConnectionLostError('the stream was reset before it was used'))

  const traffic = { bytesIn: 0, bytesOut: 0 }
  stream.addEventListener('message', ({ data }) => {
    traffic.bytesIn += data.byteLength
  })

  function abort(reason: Error): void {
    reasonHere ??= reason
    stream.abort(reason)
  }

  const read = createFrameReader(receivedBytes(stream, broken.signal, { pace, readAhead }), {
    broken: broken.signal,
    abort,
  })
  const writer = createFrameWriter(stream, {
    broken: broken.signal,
    ahead,
    pace,
    sent(bytes) {
      traffic.bytesOut += bytes
    },
  })

  return {
    peer,
    host,
    traffic,

    read,
    write: writer.write,

    async close({ signal }) {
      const close = async () => {
        await writer.drained(0, { signal })
        await stream.close({ signal })
      }
      await closeOrAbort(close, { signal, broken: broken.signal, abort })
    },

    abort,
  }
}
