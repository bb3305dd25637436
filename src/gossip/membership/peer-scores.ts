import type { Events } from '../events.ts'
import type { Clock, Network, PeerId } from '../ports.ts'
import {
  MAX_VIOLATIONS,
  OWN_STREAM_BURST,
  OWN_STREAMS_PER_SECOND,
  PEERS_OF_A_HOST,
  STREAM_BURST,
  STREAMS_PER_SECOND,
} from './constants.ts'
import type { Membership } from './membership.ts'
import { printable } from './printable.ts'
import { createRate } from './rate.ts'

/**
 * The record of each peer's behaviour: violations of the protocol end in a ban, and no peer gets more than a fair share of our attention.
 */
export interface PeerScores {
  /** A peer sent what no peer of this swarm sends. One violation too many bans it. */
  penalise(peer: PeerId, error: Error): void
  isBanned(peer: PeerId): boolean
  /** Whether this peer may open one more stream now; beyond what is its own, as one of those on its machine. */
  admits(peer: PeerId, host?: string): boolean
}

export interface PeerScoresOptions {
  readonly clock: Clock
  readonly network: Pick<Network, 'ban'>
  readonly membership: Pick<Membership, 'isAlive' | 'expel'>
  readonly events: Pick<Events, 'emit'>
}

export function createPeerScores({ clock, network, membership, events }: PeerScoresOptions): PeerScores {
  const violations = new Map<PeerId, number>()
  const streams = createRate(clock, { gap: 1_000 / STREAMS_PER_SECOND, burst: STREAM_BURST })
  const own = createRate(clock, { gap: 1_000 / OWN_STREAMS_PER_SECOND, burst: OWN_STREAM_BURST })
  const ofHosts = createRate(clock, {
    gap: 1_000 / (PEERS_OF_A_HOST * STREAMS_PER_SECOND),
    burst: PEERS_OF_A_HOST * STREAM_BURST,
  })

  return {
    penalise(peer, error) {
      events.emit('warning', {
        message: `${peer} sent what no peer of this swarm sends, and is not listened to: ${printable(error.message)}`,
      })
      const count = (violations.get(peer) ?? 0) + 1
      violations.set(peer, count)
      if (count < MAX_VIOLATIONS) return
      network.ban(peer)
      if (membership.isAlive(peer)) events.emit('peer:leave', { peer })
      membership.expel(peer)
    },
    isBanned: peer => (violations.get(peer) ?? 0) >= MAX_VIOLATIONS,
    admits: (peer, host) => streams.admits(peer) && (host === undefined || own.admits(peer) || ofHosts.admits(host)),
  }
}
