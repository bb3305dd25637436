import type { Stream } from '@libp2p/interface'
import { pipe } from 'it-pipe'
import type { AbortOptions, FrameStream, PeerId } from '../gossip/ports.ts'
import { ProtocolError, StreamEndedError } from '../gossip/stream-errors.ts'
import { decodeFrames, encodeFrame } from './frames.ts'
import { receivedBytes } from './received-bytes.ts'

/**
 * Frames over a libp2p stream, with back-pressure both ways. One read and one write at a time, as a protocol does.
 *
 * - A read that is cancelled takes nothing: the next one gets the frame.
 * - A write that is cancelled has been queued: the frame may still arrive, whole.
 * - A close that is cancelled resets the stream, which could not be ended cleanly any more.
 * - A frame that is too long, or an end inside a frame, resets the stream and rejects the read with a `ProtocolError`.
 */
export function createFrameStream(peer: PeerId, stream: Stream): FrameStream {
  const broken = new AbortController()
  let otherSideEnded = stream.remoteWriteStatus === 'closed'
  stream.addEventListener('remoteCloseWrite', () => {
    otherSideEnded = true
  })
  // A connection that closes takes its streams along without an error, even in the middle of a frame.
  stream.addEventListener('close', event => {
    if (event.error !== undefined) broken.abort(event.error)
    else if (!otherSideEnded) broken.abort(new ProtocolError('the connection closed before the stream ended'))
  })
  if (stream.status !== 'open') broken.abort(new ProtocolError('the stream was reset before it was used'))

  const frames = pipe(receivedBytes(stream, broken.signal), decodeFrames)
  let next: Promise<Uint8Array> | undefined

  async function nextFrame(): Promise<Uint8Array> {
    try {
      const { done, value } = await frames.next()
      if (done) throw new StreamEndedError('the other side closed the stream')
      return value
    } catch (error) {
      if (error instanceof ProtocolError) stream.abort(error)
      throw error
    }
  }

  /** Waits until all that was written has left for the connection. */
  async function flush({ signal }: AbortOptions): Promise<void> {
    while (stream.writeBufferLength > 0) {
      broken.signal.throwIfAborted()
      if (stream.status !== 'open') throw new ProtocolError('the connection closed before everything was sent')
      await idleOrClosed(stream, signal)
    }
    broken.signal.throwIfAborted()
  }

  return {
    peer,

    async read({ signal }) {
      signal.throwIfAborted()
      broken.signal.throwIfAborted()
      next ??= nextFrame()
      const frame = await abortable(next, signal)
      next = undefined
      return frame
    },

    async write(frame, { signal }) {
      signal.throwIfAborted()
      broken.signal.throwIfAborted()
      stream.send(encodeFrame(frame))
      await flush({ signal })
    },

    async close({ signal }) {
      try {
        await flush({ signal })
        await stream.close({ signal })
      } catch (cause) {
        const reason = broken.signal.reason ?? signal.reason ?? new ProtocolError('the stream did not close', { cause })
        stream.abort(reason)
        throw reason
      }
    },

    abort(reason) {
      stream.abort(reason)
    },
  }
}

/** Resolves at the stream's next 'idle' (its write buffer is empty) or 'close'; rejects when the signal is aborted. */
async function idleOrClosed(stream: Stream, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => resolve()
  stream.addEventListener('idle', done)
  stream.addEventListener('close', done)
  try {
    await abortable(promise, signal)
  } finally {
    stream.removeEventListener('idle', done)
    stream.removeEventListener('close', done)
  }
}

/** The promise, or the signal's reason if that comes first; listens to the signal no longer than needed. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
