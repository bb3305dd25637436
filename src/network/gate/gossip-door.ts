import type { GossipSubComponents } from '@libp2p/gossipsub'
import type { Connection, StreamHandler, Topology } from '@libp2p/interface'
import type { PeerId } from '../../gossip/ports.ts'
import { UnreachableError } from '../errors.ts'
import { type Budget, createBudget } from './budget.ts'
import { FAREWELL_MS, GOSSIP_MESSAGES } from './constants.ts'

/** Through it gossipsub learns of peers, and answers their streams. */
type Registrar = GossipSubComponents['registrar']

/**
 * Stands between gossipsub and libp2p: gossipsub knows of a peer when it is a member, of one connection to it at a time, and of nobody else.
 *
 * By itself it opens a stream to whoever connects, tells it the topic, and answers its streams; and it takes the end of any stream for the
 * end of its peer, though another stream may have replaced it.
 */
export interface GossipDoor {
  /** What gossipsub is given in place of libp2p's registrar. */
  between(registrar: Registrar): Registrar
  /** @param admits whether gossip goes over this connection; asked of every stream that others open */
  guard(admits: (connection: Connection) => Promise<boolean>): void
  /** Gossips with a peer over a connection, from now on. */
  open(connection: Connection): void
  /** Ends the gossip over a connection. */
  close(connection: Connection): void
  /** Whether a peer may tell one more: what floods is dropped, and its connection ended. */
  mayTell(peer: PeerId): boolean
  /** Opens what streams are missing: now and then one fails while its connection does not, and gossipsub opens no other. */
  tend(): void
}

export function createGossipDoor(): GossipDoor {
  // gossipsub registers the same one for each version of its protocol.
  const topologies = new Set<Topology>()
  const connections = new Set<Connection>()
  const budgets = new Map<PeerId, Budget>()
  let protocols: readonly string[] = []
  let admits = async (_connection: Connection) => false

  const streamsOf = ({ streams }: Connection) => streams.filter(({ protocol }) => protocols.includes(protocol))

  /** The connection as gossipsub has it: it would keep a stream that was reset while it was opened, and never open another. */
  function offered(connection: Connection): Connection {
    const newStream: Connection['newStream'] = async (...options) => {
      const stream = await connection.newStream(...options)
      if (connections.has(connection) && stream.status === 'open') return stream
      const reason = new UnreachableError('gossip goes over another connection, or none')
      stream.abort(reason)
      throw reason
    }
    return Object.assign(Object.create(connection), { newStream })
  }

  function open(connection: Connection): void {
    connections.add(connection)
    const peer = connection.remotePeer.toString()
    if (!budgets.has(peer)) budgets.set(peer, createBudget(GOSSIP_MESSAGES))
    for (const topology of topologies) topology.onConnect?.(connection.remotePeer, offered(connection))
  }

  return {
    between(registrar) {
      const guarded =
        (handler: StreamHandler): StreamHandler =>
        async (stream, connection) => {
          if (await admits(connection)) await handler(stream, offered(connection))
          else stream.abort(new UnreachableError('gossip is for members'))
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
    open,
    close(connection) {
      connections.delete(connection)
      const peer = connection.remotePeer.toString()
      // The last thing that it has said, that it leaves, is read after its connection has ended.
      setTimeout(() => {
        if (![...connections].some(({ remotePeer }) => remotePeer.toString() === peer)) budgets.delete(peer)
      }, FAREWELL_MS).unref()
      for (const topology of topologies) topology.onDisconnect?.(connection.remotePeer)
      for (const stream of streamsOf(connection)) stream.abort(new UnreachableError('gossip is for members'))
    },
    mayTell(peer) {
      if (budgets.get(peer)?.spend()) return true
      for (const one of connections)
        if (one.remotePeer.toString() === peer) one.abort(new UnreachableError('it floods'))
      return false
    },
    tend() {
      for (const connection of connections) {
        if (!streamsOf(connection).some(({ direction }) => direction === 'outbound')) open(connection)
      }
    },
  }
}
