import { DeadlineError, NormError, ProtocolViolationError, RefusedError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { AbortOptions, Channel, Clock, FrameStream, Network, PeerId, Traffic } from '../ports.ts'
import { withDeadline } from '../waiting/deadline.ts'
import { createAvoidedPeers } from './avoided-peers.ts'
import { ProtocolError } from './stream-errors.ts'

/** Streams with others, each left closed or reset, whatever happens on it. */
export interface Conversations {
  /** Opens a stream and talks over it. */
  talk<T>(peer: PeerId, channel: Channel, options: AbortOptions, body: (stream: FrameStream) => Promise<T>): Promise<T>
  /** Talks over a stream that another opened. */
  over<T>(
    stream: FrameStream,
    channel: Channel,
    options: AbortOptions,
    body: (stream: FrameStream) => Promise<T>,
  ): Promise<T>
  /** Bytes of all conversations that have ended, by what they were about. */
  carried(): StreamTraffic
}

/** The record of protocol violations, whoever opened the stream. */
export interface Penalties {
  penalise(peer: PeerId, error: Error): void
}

/** Bytes that streams carried, frames with their lengths, by what they were for. */
export type StreamTraffic = Readonly<Record<Channel, Traffic>>

const TOO_LARGE = 'its parameters were too large a moment ago'

export interface ConversationsOptions {
  readonly network: Network
  readonly clock: Clock
  readonly timeouts: Timeouts
  readonly scores: Penalties
  readonly events: Pick<Events, 'emit'>
}

export function createConversations({ network, clock, timeouts, scores, events }: ConversationsOptions): Conversations {
  const avoided = createAvoidedPeers(clock)
  const nothing = { bytesIn: 0, bytesOut: 0 }
  const carried = { recipe: nothing, exchange: nothing, settle: nothing, fetch: nothing }

  function count(channel: Channel, { traffic }: FrameStream): void {
    const { bytesIn, bytesOut } = carried[channel]
    carried[channel] = { bytesIn: bytesIn + traffic.bytesIn, bytesOut: bytesOut + traffic.bytesOut }
  }

  async function over<T>(
    stream: FrameStream,
    channel: Channel,
    options: AbortOptions,
    body: (stream: FrameStream) => Promise<T>,
  ): Promise<T> {
    try {
      // Open exchanges with such a peer are settled all the same, and it may fetch what is better than what it has.
      if (channel === 'exchange' && avoided.has(stream.peer)) throw new RefusedError(TOO_LARGE)
      const result = await body(stream)
      // The conversation has had its effect: a connection that breaks now takes nothing back.
      await stream.close(options).catch((error: Error) => stream.abort(error))
      return result
    } catch (error) {
      stream.abort(error as Error)
      if (error instanceof ProtocolViolationError || error instanceof ProtocolError) scores.penalise(stream.peer, error)
      if (error instanceof NormError && avoided.avoid(stream.peer)) events.emit('warning', { message: error.message })
      throw error
    } finally {
      count(channel, stream)
    }
  }

  return {
    over,
    carried: () => ({ ...carried }),
    async talk(peer, channel, options, body) {
      if ((channel === 'exchange' || channel === 'fetch') && avoided.has(peer)) throw new RefusedError(TOO_LARGE)
      const began = clock.now()
      const stream = await withDeadline(clock, timeouts.limit('dial', peer), `reaching ${peer}`, options, within =>
        network.open(peer, channel, within),
      ).catch(error => {
        if (error instanceof DeadlineError) timeouts.ranOut(peer)
        throw error
      })
      timeouts.took('dial', clock.now() - began, peer)
      return await over(stream, channel, options, body)
    },
  }
}
