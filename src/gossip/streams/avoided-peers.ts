import { MAX_MEMBERS } from '../constants.ts'
import type { Clock, PeerId } from '../ports.ts'

/**
 * Whose parameters have a norm that the recipe does not accept is left alone for so long: as long as it takes a person to start it again
 * with another learning rate.
 */
export const LEFT_ALONE_MS = 60_000

/** Peers with which there is no averaging for a while, though they have done nothing wrong. */
export interface LeftAlone {
  /** Leaves a peer alone from now on. @returns whether that is news of this peer */
  leave(peer: PeerId): boolean
  has(peer: PeerId): boolean
}

export function createLeftAlone(clock: Clock): LeftAlone {
  /** Until when; kept when that is over, so that nobody hears of a peer twice. */
  const until = new Map<PeerId, number>()

  return {
    leave(peer) {
      const isNews = !until.delete(peer)
      // The first is the one that was left alone longest ago. Names cost nothing, so there may be no end of them.
      const [oldest] = until.keys()
      if (until.size >= MAX_MEMBERS) until.delete(oldest)
      until.set(peer, clock.now() + LEFT_ALONE_MS)
      return isNews
    },
    has: peer => (until.get(peer) ?? Number.NEGATIVE_INFINITY) > clock.now(),
  }
}
