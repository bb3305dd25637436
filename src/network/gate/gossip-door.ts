import type { GossipSubComponents } from '@libp2p/gossipsub'
import type { Connection, Stream, StreamHandler, Topology } from '@libp2p/interface'
import type { PeerId } from '../../gossip/ports.ts'
import { FloodError, UnreachableError } from '../errors.ts'
import { type Budget, createBudget } from './budget.ts'
import { FAREWELL_MS, GOSSIP_MESSAGES, GOSSIP_STREAM_MS, MUTE_MS } from './constants.ts'

/** Through it gossipsub learns of peers, and answers their streams. */
type Registrar = GossipSubComponents['registrar']

/**
 * Stands between gossipsub and libp2p: gossipsub knows of members and of nobody else, and of each for as long as there is a connection to it,
 * however many there are. The stream over which it speaks to one is opened here, so what counts is that a stream stands; what others open is
 * read from any of their connections.
 *
 * By itself it opens a stream to whoever connects, one after the other, and waits for each; keeps the first for as long as any is open; takes
 * the end of any stream for the end of its peer, though another stream may have replaced it; and opens none in place of one that has failed.
 */
export interface GossipDoor {
  /** What gossipsub is given in place of libp2p's registrar. */
  between(registrar: Registrar): Registrar
  /** @param admits whether gossip goes over this connection; asked of every stream that others open */
  guard(admits: (connection: Connection) => Promise<boolean>): void
  /** Gossips with a peer over a connection, from now on, in place of the one before. */
  open(connection: Connection): void
  /** Ends the gossip with a peer whose last connection this is. */
  close(connection: Connection): void
  /** Whether a peer may tell one more: what floods is dropped, and its connection ended. */
  mayTell(peer: PeerId): boolean
  /**
   * Opens what streams are missing, now and then: one may fail while its connection does not. A member that has opened none for
   * {@link MUTE_MS} is as good as not there: its connection is ended, for another to be made.
   */
  tend(): void
}

/** A member to whom this peer speaks. */
interface Neighbour {
  readonly connection: Connection
  /** Over it, once it is open; gossipsub may not have taken it yet. */
  stream?: Stream
  isTaken: boolean
  isOpening: boolean
}

/** @param now of a clock that never goes back, in milliseconds */
export function createGossipDoor(now: () => number = () => performance.now()): GossipDoor {
  // gossipsub registers the same one for each version of its protocol.
  const topologies = new Set<Topology>()
  const neighbours = new Map<PeerId, Neighbour>()
  const budgets = new Map<PeerId, Budget>()
  /** The streams over which each speaks to this peer; where it has none, since when. */
  const heard = new Map<PeerId, { readonly streams: Set<Stream>; muteSince: number }>()
  let protocols: readonly string[] = []
  let admits = async (_connection: Connection) => false

  /** The connection as gossipsub has it, which waits for no stream: it takes what is open, and keeps nothing that was reset meanwhile. */
  function offered(connection: Connection, neighbour?: Neighbour): Connection {
    const newStream: Connection['newStream'] = async () => {
      const stream = neighbour?.stream
      if (neighbour === undefined || stream === undefined || !isCurrent(neighbour) || stream.status !== 'open') {
        throw new UnreachableError('gossip goes over another stream, which is opened elsewhere')
      }
      neighbour.isTaken = true
      return stream
    }
    return Object.assign(Object.create(connection), { newStream })
  }

  const isCurrent = (neighbour: Neighbour) => neighbours.get(neighbour.connection.remotePeer.toString()) === neighbour

  const hasStream = ({ stream }: Neighbour) => stream?.status === 'open' && stream.writeStatus === 'writable'

  async function openStream(neighbour: Neighbour): Promise<void> {
    const { connection } = neighbour
    neighbour.isOpening = true
    try {
      const stream = await connection.newStream([...protocols], { signal: AbortSignal.timeout(GOSSIP_STREAM_MS) })
      if (!isCurrent(neighbour))
        return stream.abort(new UnreachableError('gossip goes over another connection, or none'))
      neighbour.stream = stream
      neighbour.isTaken = false
      offer(neighbour)
    } finally {
      neighbour.isOpening = false
    }
  }

  function offer(neighbour: Neighbour): void {
    const { connection } = neighbour
    for (const topology of topologies) topology.onConnect?.(connection.remotePeer, offered(connection, neighbour))
  }

  function supply(neighbour: Neighbour): void {
    if (hasStream(neighbour)) {
      // It may still hold the one before.
      if (!neighbour.isTaken) offer(neighbour)
    } else if (!neighbour.isOpening && protocols.length > 0) {
      // The connection may have ended, or the other side does not answer: the next look is soon.
      openStream(neighbour).catch(() => {})
    }
  }

  /** What a member says on a stream is read as long as the stream is open. */
  function listenTo(stream: Stream, peer: PeerId): void {
    const ear = heard.get(peer)
    if (ear === undefined || stream.status !== 'open') return
    ear.streams.add(stream)
    stream.addEventListener('close', () => {
      ear.streams.delete(stream)
      ear.muteSince = now()
    })
  }

  return {
    between(registrar) {
      const guarded =
        (handler: StreamHandler): StreamHandler =>
        async (stream, connection) => {
          if (!(await admits(connection))) return stream.abort(new UnreachableError('gossip is for members'))
          listenTo(stream, connection.remotePeer.toString())
          await handler(stream, offered(connection))
        }
      const own: Pick<Registrar, 'handle' | 'register' | 'unregister'> = {
        async handle(protocol, handler, options) {
          protocols = [...protocols, protocol]
          await registrar.handle(protocol, guarded(handler), options)
        },
        async register(_protocol, topology) {
          topologies.add(topology)
          return ''
        },
        unregister: () => topologies.clear(),
      }
      return Object.assign(Object.create(registrar), own)
    },
    guard(admission) {
      admits = admission
    },
    open(connection) {
      const peer = connection.remotePeer.toString()
      const before = neighbours.get(peer)
      const neighbour: Neighbour = { connection, isTaken: false, isOpening: false }
      neighbours.set(peer, neighbour)
      if (!budgets.has(peer)) budgets.set(peer, createBudget(GOSSIP_MESSAGES))
      if (!heard.has(peer)) heard.set(peer, { streams: new Set(), muteSince: now() })
      // gossipsub takes no other as long as it has this one.
      before?.stream?.abort(new UnreachableError('gossip goes over another connection'))
      supply(neighbour)
    },
    close({ remotePeer, status }) {
      const peer = remotePeer.toString()
      const streams = [neighbours.get(peer)?.stream, ...(heard.get(peer)?.streams ?? [])]
      neighbours.delete(peer)
      heard.delete(peer)
      // The last thing that it has said, that it leaves, is read after its connection has ended.
      setTimeout(() => {
        if (!neighbours.has(peer)) budgets.delete(peer)
      }, FAREWELL_MS).unref()
      for (const topology of topologies) topology.onDisconnect?.(remotePeer)
      // What a connection has brought before its end is still read.
      if (status === 'open') for (const stream of streams) stream?.abort(new UnreachableError('gossip is for members'))
    },
    mayTell(peer) {
      if (budgets.get(peer)?.spend()) return true
      neighbours.get(peer)?.connection.abort(new FloodError('it floods'))
      return false
    },
    tend() {
      for (const [peer, neighbour] of neighbours) {
        const ear = heard.get(peer)
        if (ear?.streams.size === 0 && now() - ear.muteSince > MUTE_MS) {
          ear.muteSince = now()
          neighbour.connection.abort(new UnreachableError('it is connected, and has not said anything to everybody'))
        } else supply(neighbour)
      }
    },
  }
}
