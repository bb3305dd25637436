import { MAX_MEMBERS } from '../constants.ts'
import type { Clock, PeerId } from '../ports.ts'
import { MAX_OFFENCES, STREAM_BURST, STREAMS_PER_SECOND } from './constants.ts'

/** What a peer has earned: offences end in a ban, and nobody gets more than a fair share of our attention. */
export interface Standing {
  /** @returns whether this offence was one too many */
  offend(peer: PeerId): boolean
  banned(peer: PeerId): boolean
  /** Whether this peer may open one more stream now. */
  admits(peer: PeerId): boolean
}

export function createStanding(clock: Clock): Standing {
  const offences = new Map<PeerId, number>()
  // Generic cell rate algorithm: one time per peer, the earliest at which its bucket would be full again.
  const arrivals = new Map<PeerId, number>()
  const interval = 1_000 / STREAMS_PER_SECOND

  return {
    offend(peer) {
      const count = (offences.get(peer) ?? 0) + 1
      offences.set(peer, count)
      return count >= MAX_OFFENCES
    },
    banned: peer => (offences.get(peer) ?? 0) >= MAX_OFFENCES,
    admits(peer) {
      const now = clock.now()
      const arrival = Math.max(arrivals.get(peer) ?? now, now)
      if (arrival - now > STREAM_BURST * interval) return false
      arrivals.set(peer, arrival + interval)
      if (arrivals.size > MAX_MEMBERS) for (const [each, at] of arrivals) if (at <= now) arrivals.delete(each)
      return true
    },
  }
}
