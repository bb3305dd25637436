/**
 * Lanes: connections to a member beside the one that counts, over which nothing goes but the parts of large streams. Whoever has dialled the
 * connection dials them, where its measurements say that they are worth it; either side uses them. Announcements, pings and answers stay on the
 * connection, and no longer wait for models.
 *
 * @packageDocumentation
 */

import type { Connection, Libp2p } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions, PeerId } from '../../gossip/ports.ts'
import { withoutPeer } from '../address-dials.ts'
import { ask } from '../ask.ts'
import { DIAL_TIMEOUT_MS, LIVENESS_ABANDON_MS } from '../constants.ts'
import { UnreachableError } from '../errors.ts'
import { MAX_LANES } from './constants.ts'
import { createLaneChoice, type Ended, type LaneChoice } from './lane-choice.ts'

/** The lanes to each member, as those know of them that let connections in. */
export interface Lanes {
  /** Those to a member that are open. */
  of(peer: PeerId): readonly Connection[]
  has(connection: Connection): boolean
  /** Whether there may be one more. */
  hasRoom(peer: PeerId): boolean
  /** A connection to a member is one, from now on. */
  add(connection: Connection): void
  /** Whether a connection that this peer has just dialled is to be one. */
  isMeant(connection: Connection): boolean
  /** Ends all to a peer, which is a member no longer, or has no other connection. */
  end(peer: PeerId): void
}

/** The same, for whoever sends over them. */
export interface KeptLanes extends Lanes {
  /** A stream over them broke: whichever does not answer is ended, and the others stay. */
  doubt(peer: PeerId): void
  /** A stream with a member has ended, of the connection that counts or of its lanes: by what it has brought there are lanes, or none. */
  ended(connection: Connection, stream: Ended): void
}

/** What is known of one member. */
interface Kept {
  readonly choice: LaneChoice
  readonly connections: Set<Connection>
  isDialling: boolean
  isAsking: boolean
}

/**
 * @param standing resolves when a connection that was dialled is known to be a lane
 * @param signal ends it
 */
export function createLanes(
  node: Pick<Libp2p, 'dial'>,
  standing: (connection: Connection) => Promise<unknown>,
  { signal }: AbortOptions,
): KeptLanes {
  const members = new Map<PeerId, Kept>()

  function keptOf(peer: PeerId): Kept {
    const kept = members.get(peer) ?? {
      choice: createLaneChoice(),
      connections: new Set<Connection>(),
      isDialling: false,
      isAsking: false,
    }
    members.set(peer, kept)
    return kept
  }

  const openOf = (peer: PeerId) => [...(members.get(peer)?.connections ?? [])]

  /** One after the other: libp2p makes one of all dials of a peer at the same time. */
  async function dialMissing(connection: Connection, kept: Kept): Promise<void> {
    if (kept.isDialling) return
    kept.isDialling = true
    const address = multiaddr(`${withoutPeer(connection.remoteAddr)}/p2p/${connection.remotePeer}`)
    try {
      for (let missing = MAX_LANES - kept.connections.size; missing > 0; missing--) {
        const within = AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
        await standing(await node.dial(address, { force: true, signal: within }))
      }
    } finally {
      kept.isDialling = false
    }
  }

  async function endUnlessAnswered(lane: Connection): Promise<void> {
    const answer = AbortSignal.timeout(LIVENESS_ABANDON_MS)
    await ask(lane, { signal: answer }).catch(() => {
      if (answer.aborted) lane.abort(new UnreachableError('it has not answered, after a stream over it broke'))
    })
  }

  async function askAll(kept: Kept): Promise<void> {
    if (kept.isAsking) return
    kept.isAsking = true
    await Promise.all([...kept.connections].map(endUnlessAnswered))
    kept.isAsking = false
  }

  function end(peer: PeerId): void {
    for (const lane of openOf(peer)) lane.abort(new UnreachableError('its lanes are not wanted any more'))
  }

  return {
    of: openOf,
    has: connection => members.get(connection.remotePeer.toString())?.connections.has(connection) ?? false,
    hasRoom: peer => openOf(peer).length < MAX_LANES,
    add(connection) {
      if (connection.status !== 'open') return
      const { connections } = keptOf(connection.remotePeer.toString())
      connections.add(connection)
      connection.addEventListener('close', () => connections.delete(connection))
    },
    // Where somebody else dials the member in the same moment it is no matter which of the two is one: both lead there.
    isMeant: ({ remotePeer }) => members.get(remotePeer.toString())?.isDialling ?? false,
    end(peer) {
      end(peer)
      members.delete(peer)
    },
    doubt(peer) {
      const kept = members.get(peer)
      if (kept !== undefined) void askAll(kept)
    },
    ended(connection, stream) {
      // Whoever has been dialled may be unable to dial.
      if (connection.direction !== 'outbound' || connection.status !== 'open') return
      const peer = connection.remotePeer.toString()
      const kept = keptOf(peer)
      const verdict = kept.choice.ended(stream)
      // Those that cannot be had now may be had after the next stream.
      if (verdict === 'wanted') dialMissing(connection, kept).catch(() => {})
      if (verdict === 'worthless') end(peer)
    },
  }
}
