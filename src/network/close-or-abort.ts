import { ConnectionLostError } from '../gossip/streams/stream-errors.ts'

export interface Closing {
  readonly signal: AbortSignal
  /** Aborted when the stream is over before its end. */
  readonly broken: AbortSignal
  abort(reason: Error): void
}

/** Ends a stream, or resets it where that fails or is cancelled: it could not be ended cleanly any more. @throws the reason */
export async function closeOrAbort(close: () => Promise<unknown>, { signal, broken, abort }: Closing): Promise<void> {
  try {
    await close()
  } catch (cause) {
    const lost = new ConnectionLostError('the connection closed before the stream ended', { cause })
    const reason = broken.reason ?? signal.reason ?? lost
    abort(reason)
    throw reason
  }
}
