import { MAX_MEMBERS } from '../constants.ts'
import type { Clock, PeerId } from '../ports.ts'

/**
 * A peer whose parameters have a norm that the recipe does not accept is avoided for so long: as long as it takes a person to start it
 * again with another learning rate.
 */
export const AVOIDANCE_MS = 60_000

/** Peers with which there is no averaging for a while, though they have done nothing wrong. */
export interface AvoidedPeers {
  /** Avoids a peer from now on. @returns whether that happens for the first time */
  avoid(peer: PeerId): boolean
  has(peer: PeerId): boolean
}

export function createAvoidedPeers(clock: Clock): AvoidedPeers {
  /** Until when; kept when that is over, so that users are told of a peer once. */
  const until = new Map<PeerId, number>()

  return {
    avoid(peer) {
      const isFirst = !until.delete(peer)
      // The first is the one whose avoidance began longest ago. Names cost nothing, so there may be no end of them.
      const [oldest] = until.keys()
      if (until.size >= MAX_MEMBERS) until.delete(oldest)
      until.set(peer, clock.now() + AVOIDANCE_MS)
      return isFirst
    },
    has: peer => (until.get(peer) ?? Number.NEGATIVE_INFINITY) > clock.now(),
  }
}
