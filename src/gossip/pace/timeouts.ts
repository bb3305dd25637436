/**
 * How long to wait for a partner, learned from how long it took so far. For the last exchanges with anybody,
 *
 *     limit = margin · (median + k · deviation),
 *
 * between a floor and a ceiling. The idea is that of TCP's retransmission timer (Jacobson 1988, "Congestion Avoidance and
 * Control"), with median and median absolute deviation in place of means, so that one straggler does not make everybody wait
 * for the next; and as there, a partner that was too slow gets twice the time at the next attempt: a link that is slow and alive
 * succeeds in the end, and halves its time again with every success.
 *
 * @packageDocumentation
 */

import type { PeerId } from '../ports.ts'
import {
  TIMEOUT_BOUNDS,
  TIMEOUT_DEVIATIONS,
  TIMEOUT_DOUBLINGS,
  TIMEOUT_FEWEST,
  TIMEOUT_MARGIN,
  TIMEOUT_OBSERVATIONS,
  TIMEOUT_PARTNERS,
} from './constants.ts'
import { createRecent, type Recent } from './recent.ts'

/**
 * The event that is waited for: a stream opens (`dial`), a proposal is answered (`answer`), the next frame of a transfer arrives (`frame`),
 * all frames of an exchange have (`whole`), which takes the longer the more they are.
 */
export type Wait = keyof typeof TIMEOUT_BOUNDS

export interface Timeouts {
  /**
   * Milliseconds after which a partner is given up.
   *
   * @param frames of the exchange, for `whole`
   */
  limit(wait: Wait, partner: PeerId, frames?: number): number
  /** Milliseconds that all but strange ones take; undefined before enough were seen. */
  usual(wait: Wait, frames?: number): number | undefined
  /**
   * Something that succeeded took so long. Once per exchange, so that nobody's weighs more than another's because it had more frames: for
   * `frame` that is the longest between two frames. An exchange that came to its end (`whole`) also makes up for {@link ranOut}.
   *
   * @param frames of the exchange, for `whole`
   */
  took(wait: Wait, milliseconds: number, partner: PeerId, frames?: number): void
  /** A partner was given up because a limit ran out: the next time all its limits are twice as long. */
  ranOut(partner: PeerId): void
}

export function createTimeouts(): Timeouts {
  const seen: Readonly<Record<Wait, Recent>> = {
    dial: createRecent(TIMEOUT_OBSERVATIONS),
    answer: createRecent(TIMEOUT_OBSERVATIONS),
    frame: createRecent(TIMEOUT_OBSERVATIONS),
    whole: createRecent(TIMEOUT_OBSERVATIONS),
  }
  /** By partner, how often its limits are doubled; those that are not are not here. The one that ran out last comes last. */
  const doublings = new Map<PeerId, number>()

  function usual(wait: Wait, frames = 1): number | undefined {
    const recent = seen[wait]
    if (recent.count < TIMEOUT_FEWEST) return undefined
    return (recent.median() + TIMEOUT_DEVIATIONS * recent.deviation()) * Math.max(1, frames)
  }

  return {
    usual,
    limit(wait, partner, frames = 1) {
      const { floor, ceiling, furtherFrame } = TIMEOUT_BOUNDS[wait]
      const longest = ceiling + furtherFrame * Math.max(0, frames - 1)
      const times = 2 ** (doublings.get(partner) ?? 0)
      // A link on which every frame comes in time may still be too slow for the whole.
      const most = wait === 'whole' ? longest * times : longest
      const expected = usual(wait, frames)
      if (expected === undefined) return most
      return Math.min(most, Math.max(floor, TIMEOUT_MARGIN * expected) * times)
    },

    took(wait, milliseconds, partner, frames = 1) {
      seen[wait].add(milliseconds / Math.max(1, frames))
      const doubled = doublings.get(partner)
      if (wait !== 'whole' || doubled === undefined) return
      if (doubled > 1) doublings.set(partner, doubled - 1)
      else doublings.delete(partner)
    },

    ranOut(partner) {
      const doubled = Math.min((doublings.get(partner) ?? 0) + 1, TIMEOUT_DOUBLINGS)
      doublings.delete(partner)
      doublings.set(partner, doubled)
      if (doublings.size <= TIMEOUT_PARTNERS) return
      const [longestAgo] = doublings.keys()
      doublings.delete(longestAgo)
    },
  }
}
