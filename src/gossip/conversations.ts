import { withDeadline } from './deadline.ts'
import { DeadlineError, OffenceError } from './errors.ts'
import type { Patience } from './patience.ts'
import type { AbortOptions, Channel, Clock, FrameStream, Network, PeerId } from './ports.ts'
import { ProtocolError } from './stream-errors.ts'

/** Streams with others, each left closed or reset, whatever happens on it. */
export interface Conversations {
  /** Opens a stream and talks over it. */
  talk<T>(peer: PeerId, channel: Channel, options: AbortOptions, body: (stream: FrameStream) => Promise<T>): Promise<T>
  /** Talks over a stream that another opened. */
  over<T>(stream: FrameStream, options: AbortOptions, body: (stream: FrameStream) => Promise<T>): Promise<T>
}

/** @param blame hears who broke the protocol, whoever opened the stream */
export function createConversations(
  network: Network,
  clock: Clock,
  patience: Patience,
  blame: (peer: PeerId, error: Error) => void,
): Conversations {
  async function over<T>(
    stream: FrameStream,
    options: AbortOptions,
    body: (stream: FrameStream) => Promise<T>,
  ): Promise<T> {
    try {
      const result = await body(stream)
      // What was said is said: a connection that breaks now takes nothing back.
      await stream.close(options).catch((error: Error) => stream.abort(error))
      return result
    } catch (error) {
      stream.abort(error as Error)
      if (error instanceof OffenceError || error instanceof ProtocolError) blame(stream.peer, error)
      throw error
    }
  }

  return {
    over,
    async talk(peer, channel, options, body) {
      const began = clock.now()
      const stream = await withDeadline(clock, patience.limit('dial', peer), `reaching ${peer}`, options, within =>
        network.open(peer, channel, within),
      ).catch(error => {
        if (error instanceof DeadlineError) patience.ranOut(peer)
        throw error
      })
      patience.took('dial', clock.now() - began, peer)
      return await over(stream, options, body)
    },
  }
}
