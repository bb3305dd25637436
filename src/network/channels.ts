import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { AbortOptions, Channel, FrameStream, NetworkHandlers, PeerId } from '../gossip/ports.ts'
import { MAX_STREAMS_PER_CHANNEL } from './constants.ts'
import { UnreachableError } from './errors.ts'
import { createFrameStream } from './frame-stream.ts'
import { createCallers } from './gate/callers.ts'
import type { Gate } from './gate/gate.ts'
import type { Standing } from './gate/handshake.ts'
import type { BoundedMuxer } from './gate/muxer.ts'
import { hostOf } from './hosts.ts'
import { type Arrivals, createArrivals } from './lanes/arrival.ts'
import type { KeptLanes } from './lanes/lanes.ts'
import { createGathering, isStriped, stripe } from './lanes/stripes.ts'
import type { Pace } from './pace.ts'
import { PART_PROTOCOL, protocolOf } from './protocols.ts'
import { createWriteAhead, type WriteAhead } from './write-ahead.ts'

/** The streams of the channels, with peers of whom it is known what they are. */
export interface Channels {
  /** Answers those that peers open. */
  serve(handlers: NetworkHandlers): Promise<void>
  /** @throws UnreachableError where a peer may not speak of this */
  requireAccess(channel: Channel, standing: Standing, peer: PeerId): void
  /** Opens one over a connection, or over the lanes beside it. */
  open(channel: Channel, connection: Connection, options: AbortOptions): Promise<FrameStream>
  /** Resets all that are open, or those of a connection. */
  abort(reason: Error, connection?: Connection): void
}

const CHANNELS: readonly Channel[] = ['recipe', 'exchange', 'settle', 'fetch']

const LIMITS = { maxInboundStreams: MAX_STREAMS_PER_CHANNEL, maxOutboundStreams: MAX_STREAMS_PER_CHANNEL }

export function createChannels(
  node: Libp2p,
  gate: Pick<Gate, 'standingOfCaller' | 'connectionTo'>,
  muxer: Pick<BoundedMuxer, 'answered'>,
  lanes: KeptLanes,
  pace: Pace | undefined,
): Channels {
  const streams = new Map<FrameStream, Connection>()
  const callers = createCallers()
  const gathering = createGathering()
  const aheads = new WeakMap<Connection, WriteAhead>()
  /** The shortest time in which the other side has answered a new stream over each, in milliseconds. */
  const roundTrips = new WeakMap<Connection, number>()
  const [whole, inParts] = [new WeakMap<Connection, Arrivals>(), new WeakMap<Connection, Arrivals>()]

  function aheadOf(connection: Connection): WriteAhead {
    const ahead = aheads.get(connection) ?? createWriteAhead()
    aheads.set(connection, ahead)
    return ahead
  }

  /** Takes note of what comes over a connection, or over its lanes, for the lanes to be made of it. */
  function arrivalsOf(connection: Connection, known: WeakMap<Connection, Arrivals>, used: () => number): Arrivals {
    const arrivals =
      known.get(connection) ??
      createArrivals(arrived => {
        const roundTrip = roundTrips.get(connection) ?? connection.rtt
        lanes.ended(connection, { ...arrived, lanes: used(), roundTrip })
      })
    known.set(connection, arrivals)
    return arrivals
  }

  function adopt(connection: Connection, stream: Stream): FrameStream {
    const host = hostOf(connection.remoteAddr)
    const options = { pace, host, ahead: aheadOf(connection) }
    const frames = createFrameStream(connection.remotePeer.toString(), stream, options)
    // One that is over already would never be taken out again.
    if (stream.status !== 'open') return frames
    streams.set(frames, connection)
    stream.addEventListener('close', () => streams.delete(frames))
    return frames
  }

  function adoptWhole(connection: Connection, stream: Stream): FrameStream {
    const frames = adopt(connection, stream)
    if (stream.status === 'open') arrivalsOf(connection, whole, () => 0).watch(stream)
    return frames
  }

  function adoptPart(lane: Connection, stream: Stream): FrameStream {
    const frames = adopt(lane, stream)
    const { peer } = frames
    const connection = gate.connectionTo(peer)
    if (stream.status !== 'open' || connection === undefined) return frames
    arrivalsOf(connection, inParts, () => lanes.of(peer).length).watch(stream)
    stream.addEventListener('close', () => {
      if (stream.status !== 'closed') lanes.doubt(peer)
    })
    return frames
  }

  function requireAccess(channel: Channel, standing: Standing, peer: PeerId): void {
    if (standing === 'acquainted' && channel !== 'recipe') throw new UnreachableError('it is in another swarm')
    if (standing === 'admitted' && gate.connectionTo(peer) === undefined) {
      throw new UnreachableError('it is a member no longer')
    }
  }

  async function answer(channel: Channel, handlers: NetworkHandlers): Promise<void> {
    const accept = async (stream: Stream, connection: Connection) => {
      try {
        requireAccess(channel, await gate.standingOfCaller(connection, channel), connection.remotePeer.toString())
        callers.take(stream, connection, channel)
        await handlers.stream(channel, adoptWhole(connection, stream))
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const limits = channel === 'recipe' ? { maxInboundStreams: 1, maxOutboundStreams: 1 } : LIMITS
    await node.handle(protocolOf(channel), accept, limits)
  }

  async function answerParts(handlers: NetworkHandlers): Promise<void> {
    const accept = async (stream: Stream, connection: Connection) => {
      try {
        if (!lanes.has(connection)) throw new UnreachableError('parts of streams go over lanes')
        callers.take(stream, connection, 'exchange')
        const gathered = await gathering.take(adoptPart(connection, stream))
        if (gathered !== undefined) await handlers.stream(gathered.channel, gathered.stream)
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error(String(error)))
      }
    }
    await node.handle(PART_PROTOCOL, accept, LIMITS)
  }

  async function openStream(protocol: string, connection: Connection, { signal }: AbortOptions): Promise<Stream> {
    const began = performance.now()
    const stream = await connection.newStream(protocol, { maxOutboundStreams: MAX_STREAMS_PER_CHANNEL, signal })
    const answered = muxer.answered(stream)
    const note = (took: number) => roundTrips.set(connection, Math.min(roundTrips.get(connection) ?? took, took))
    if (answered === undefined) note(performance.now() - began)
    else answered.then(note, () => {})
    if (signal.aborted) stream.abort(signal.reason)
    signal.throwIfAborted()
    return stream
  }

  /** Opens a part over each lane. Where one cannot be opened, none is left. */
  async function openParts(over: readonly Connection[], options: AbortOptions): Promise<readonly FrameStream[]> {
    const parts = await Promise.allSettled(
      over.map(async lane => adoptPart(lane, await openStream(PART_PROTOCOL, lane, options))),
    )
    const opened = parts.flatMap(one => (one.status === 'fulfilled' ? one.value : []))
    const failure = parts.find(one => one.status === 'rejected')
    if (failure === undefined) return opened
    for (const one of opened) one.abort(failure.reason)
    throw failure.reason
  }

  return {
    async serve(handlers) {
      await Promise.all([...CHANNELS.map(channel => answer(channel, handlers)), answerParts(handlers)])
    },
    requireAccess,
    async open(channel, connection, options) {
      const over = lanes.of(connection.remotePeer.toString())
      if (isStriped(channel) && over.length > 1) {
        return await stripe(channel, await openParts(over, options), options)
      }
      return adoptWhole(connection, await openStream(protocolOf(channel), connection, options))
    },
    abort(reason, connection) {
      for (const [stream, over] of streams) if (connection === undefined || connection === over) stream.abort(reason)
    },
  }
}
