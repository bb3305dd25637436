import type { Stream } from '@libp2p/interface'
import { pipe } from 'it-pipe'
import type { AbortOptions, FrameStream, PeerId } from '../gossip/ports.ts'
import { ConnectionLostError, ProtocolError, StreamEndedError } from '../gossip/stream-errors.ts'
import { decodeFrames, encodeFrame } from './frames.ts'
import { receivedBytes } from './received-bytes.ts'

/**
 * Frames over a libp2p stream, with back-pressure both ways. One read and one write at a time, as a protocol does.
 *
 * - A read that is cancelled takes nothing: the next one gets the frame.
 * - A write that is cancelled has been queued: the frame may still arrive, whole.
 * - A close that is cancelled resets the stream, which could not be ended cleanly any more.
 * - A frame that is too long, or an end inside a frame, resets the stream and rejects the read with a `ProtocolError`.
 * - A connection that is lost, or a reset by the other side, rejects with a `ConnectionLostError`; `cause` is what libp2p
 *   says.
 */
export function createFrameStream(peer: PeerId, stream: Stream): FrameStream {
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

  function abort(reason: Error): void {
    reasonHere ??= reason
    stream.abort(reason)
  }

  const frames = pipe(receivedBytes(stream, broken.signal), decodeFrames)
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

  function send(bytes: Uint8Array): void {
    if (stream.status !== 'open') throw new ConnectionLostError('the connection closed before everything was sent')
    try {
      stream.send(bytes)
    } catch (error) {
      // A connection that fails while it is written to has closed the stream by now.
      broken.signal.throwIfAborted()
      throw error
    }
  }

  /** Waits until all that was written has left for the connection. */
  async function flush({ signal }: AbortOptions): Promise<void> {
    while (stream.writeBufferLength > 0) {
      broken.signal.throwIfAborted()
      if (stream.status !== 'open') throw new ConnectionLostError('the connection closed before everything was sent')
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
      send(encodeFrame(frame))
      await flush({ signal })
    },

    async close({ signal }) {
      try {
        await flush({ signal })
        await stream.close({ signal })
      } catch (cause) {
        const lost = new ConnectionLostError('the connection closed before the stream ended', { cause })
        const reason = broken.signal.reason ?? signal.reason ?? lost
        abort(reason)
        throw reason
      }
    },

    abort,
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
