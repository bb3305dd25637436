import type { Connection } from '@libp2p/interface'
import type { PeerId } from '../gossip/ports.ts'
import { MAX_CONNECTIONS } from './constants.ts'
import { createGate, type Gate, type GateOptions } from './gate/gate.ts'
import { isLocal } from './hosts.ts'
import type { Lanes } from './lanes/lanes.ts'
import type { SwarmNode } from './node.ts'

export interface NodeGateOptions extends Omit<GateOptions, 'makeRoom' | 'entered' | 'left' | 'laneOpened' | 'lanes'> {
  readonly lanes: Lanes
  connected(peer: PeerId): void
  disconnected(peer: PeerId, connection: Connection): void
}

/** The gate of a node: what it knows of members, the node's other parts are told. */
export function createNodeGate(
  {
    banned,
    gossip,
    entrance,
    muxer,
    hideLocal,
  }: Pick<SwarmNode, 'banned' | 'gossip' | 'entrance' | 'muxer' | 'hideLocal'>,
  options: NodeGateOptions,
): Gate {
  /** Lets it say as much as members may. */
  function admit(connection: Connection): void {
    entrance.leave(connection)
    muxer.admit(connection)
  }

  const gate = createGate({
    ...options,
    makeRoom(connection) {
      const peer = connection.remotePeer.toString()
      if (banned.has(peer)) return 'was banned'
      const isOneMore = connection.direction === 'inbound' && gate.connectionTo(peer) === undefined
      if (isOneMore && gate.members().length >= MAX_CONNECTIONS) return 'comes when all places for members are taken'
      admit(connection)
      return undefined
    },
    laneOpened(connection) {
      admit(connection)
      options.lanes.add(connection)
    },
    entered(connection, before) {
      gossip.open(connection)
      if (before === undefined) options.connected(connection.remotePeer.toString())
    },
    left(connection) {
      gossip.close(connection)
      options.lanes.end(connection.remotePeer.toString())
      options.disconnected(connection.remotePeer.toString(), connection)
    },
  })
  gossip.guard(async connection => {
    const standing = await gate.standingOfCaller(connection).catch(() => undefined)
    // Over any that a member has: it may not have heard yet which one counts here.
    return standing === 'admitted' && gate.connectionTo(connection.remotePeer.toString()) !== undefined
  })
  // Who is reached over a public address could have this peer dial whatever there is in its own private network.
  hideLocal(peer => {
    const connection = gate.connectionTo(peer)
    return connection !== undefined && !isLocal(connection.remoteAddr)
  })
  return gate
}
