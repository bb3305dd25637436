import { MAX_MEMBERS } from '../constants.ts'
import type { Clock, PeerId } from '../ports.ts'

/** How often each peer may do something: so many times at once after a quiet spell, and then once in a while. */
export interface Rate {
  /** Whether it may do so once more now; if so, it counts. */
  admits(peer: PeerId): boolean
}

/**
 * The generic cell rate algorithm: one time per peer, the earliest at which its bucket would be full again.
 *
 * @param gap milliseconds from one to the next, in the long run
 * @param burst those that may come at once
 */
export function createRate(clock: Clock, { gap, burst }: { readonly gap: number; readonly burst: number }): Rate {
  const arrivals = new Map<PeerId, number>()

  /** Names cost nothing, so there may be no end of them. */
  function makeRoom(now: number): void {
    for (const [each, at] of arrivals) if (at <= now) arrivals.delete(each)
    const [oldest] = arrivals.keys()
    if (arrivals.size >= MAX_MEMBERS) arrivals.delete(oldest)
  }

  return {
    admits(peer) {
      const now = clock.now()
      const arrival = Math.max(arrivals.get(peer) ?? now, now)
      if (arrival - now > burst * gap) return false
      if (!arrivals.has(peer) && arrivals.size >= MAX_MEMBERS) makeRoom(now)
      arrivals.set(peer, arrival + gap)
      return true
    },
  }
}
