import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { AbortOptions, Channel, FrameStream, NetworkHandlers, PeerId } from '../gossip/ports.ts'
import { MAX_STREAMS_PER_CHANNEL } from './constants.ts'
import { UnreachableError } from './errors.ts'
import { createFrameStream } from './frame-stream.ts'
import { createCallers } from './gate/callers.ts'
import type { Gate } from './gate/gate.ts'
import type { Standing } from './gate/handshake.ts'
import { hostOf } from './hosts.ts'
import type { Pace } from './pace.ts'
import { protocolOf } from './protocols.ts'
import { createWriteAhead, type WriteAhead } from './write-ahead.ts'

/** The streams of the channels, with peers of whom it is known what they are. */
export interface Channels {
  /** Answers those that peers open. */
  serve(handlers: NetworkHandlers): Promise<void>
  /** @throws UnreachableError where a peer may not speak of this */
  requireAccess(channel: Channel, standing: Standing, peer: PeerId): void
  open(channel: Channel, connection: Connection, options: AbortOptions): Promise<FrameStream>
  /** Resets all that are open, or those of a connection. */
  abort(reason: Error, connection?: Connection): void
}

const CHANNELS: readonly Channel[] = ['recipe', 'exchange', 'settle', 'fetch']

export function createChannels(
  node: Libp2p,
  gate: Pick<Gate, 'standingOfCaller' | 'connectionTo'>,
  pace: Pace | undefined,
): Channels {
  const streams = new Map<FrameStream, Connection>()
  const callers = createCallers()
  const aheads = new WeakMap<Connection, WriteAhead>()

  function aheadOf(connection: Connection): WriteAhead {
    const ahead = aheads.get(connection) ?? createWriteAhead()
    aheads.set(connection, ahead)
    return ahead
  }

  function adopt(connection: Connection, stream: Stream): FrameStream {
    const host = hostOf(connection.remoteAddr)
    const frames = createFrameStream(connection.remotePeer.toString(), stream, { pace, host, ahead: aheadOf(connection) })
    // One that is over already would never be taken out again.
    if (stream.status === 'open') streams.set(frames, connection)
    stream.addEventListener('close', () => streams.delete(frames))
    return frames
  }

  function requireAccess(channel: Channel, standing: Standing, peer: PeerId): void {
    if (standing === 'acquainted' && channel !== 'recipe') throw new UnreachableError('it is in another swarm')
    if (standing === 'admitted' && gate.connectionTo(peer) === undefined) {
      throw new UnreachableError('it is a member no longer')
    }
  }

  async function answer(channel: Channel, handlers: NetworkHandlers): Promise<void> {
    const most = channel === 'recipe' ? 1 : MAX_STREAMS_PER_CHANNEL
    const accept = async (stream: Stream, connection: Connection) => {
      try {
        requireAccess(channel, await gate.standingOfCaller(connection, channel), connection.remotePeer.toString())
        callers.take(stream, connection, channel)
        await handlers.stream(channel, adopt(connection, stream))
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error(String(error)))
      }
    }
    await node.handle(protocolOf(channel), accept, { maxInboundStreams: most, maxOutboundStreams: most })
  }

  return {
    async serve(handlers) {
      await Promise.all(CHANNELS.map(channel => answer(channel, handlers)))
    },
    requireAccess,
    async open(channel, connection, { signal }) {
      const limits = { maxOutboundStreams: MAX_STREAMS_PER_CHANNEL }
      const stream = await connection.newStream(protocolOf(channel), { ...limits, signal })
      if (signal.aborted) stream.abort(signal.reason)
      signal.throwIfAborted()
      return adopt(connection, stream)
    },
    abort(reason, connection) {
      for (const [stream, over] of streams) if (connection === undefined || connection === over) stream.abort(reason)
    },
  }
}
