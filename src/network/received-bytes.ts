import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { ConnectionLostError } from '../gossip/streams/stream-errors.ts'
import type { Pace } from './pace.ts'

/**
 * The bytes that arrive on a libp2p stream, on demand: while nobody asks, the stream is paused at `readAhead`, the other side's window runs empty and it stops sending. libp2p's own iterator, and all that is built on it, grants
 * window on receipt and buffers without bound.
 *
 * Listens from the moment it is called, not from the first read, so that an early end is not missed.
 *
 * @param broken aborted when the stream was reset or its connection lost; what is unread then is dropped
 * @param pace where the bandwidth is limited: the stream is also paused while more has come than may have
 */
export function receivedBytes(
  stream: Stream,
  broken: AbortSignal,
  { pace, readAhead }: { readonly pace?: Pace; readonly readAhead: number },
): AsyncGenerator<Uint8ArrayList, void> {
  let received = new Uint8ArrayList()
  let ended = stream.remoteWriteStatus === 'closed'
  let wake = () => {}

  // Never inside the 'message' event: resume() dispatches one and grants window after it, whether paused again or not,
  // until the stream overflows and is reset. A microtask later it has done so.
  const pauseWhenFull = () => {
    const full = received.byteLength >= readAhead || pace?.receivedTooMuch
    if (full && stream.readStatus === 'readable') stream.pause()
  }
  stream.addEventListener('message', event => {
    received.append(event.data)
    queueMicrotask(pauseWhenFull)
    wake()
  })
  stream.addEventListener('remoteCloseWrite', () => {
    ended = true
    wake()
  })
  broken.addEventListener('abort', () => wake(), { once: true })

  const resume = () => {
    try {
      stream.resume()
    } catch (cause) {
      // It hands over what it holds and then tells the other side, which may be gone: the bytes are good all the same.
      if (received.byteLength > 0) return
      throw new ConnectionLostError('the connection closed before the stream ended', { cause })
    }
  }

  async function* pull(): AsyncGenerator<Uint8ArrayList, void> {
    for (;;) {
      broken.throwIfAborted()
      if (received.byteLength === 0 && stream.readStatus === 'paused') {
        await pace?.receiving({ signal: broken })
        resume()
      }
      if (received.byteLength > 0) {
        const bytes = received
        received = new Uint8ArrayList()
        yield bytes
      } else if (ended && stream.readBufferLength === 0) {
        // The end can overtake data that libp2p still holds; only with none left it is the end.
        return
      } else {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    }
  }
  return pull()
}
