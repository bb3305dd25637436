/**
 * The partners for which a peer waits when an interval of training has ended. Averaging in step is as slow as the slowest; so a peer that
 * needs much longer for an interval, by what it announces, or has a link that is much slower, is not waited for, but averages whenever it
 * is there.
 * In that way one straggler costs the others next to nothing, and loses nothing but the rounds in which it was still at work.
 *
 * @packageDocumentation
 */

import type { PeerId } from '../ports.ts'
import {
  FEWEST_FLOWS,
  FIRST_MEETING_MS,
  FORGIVEN_BY_COMING,
  LATENESS_FLOOR_MS,
  LEAST_MEETING_MS,
  LINK_OBSERVATIONS,
  MEETING_LIMIT,
  MEETING_OBSERVATIONS,
  MISSED_MEETINGS,
  MOST_STALLED_MEETINGS,
  STALLED_MEETINGS,
  TOLERATED_EXCHANGES,
  TOLERATED_PACE,
  UNANSWERED_PROPOSAL,
  UNHEEDED_MEETINGS,
} from './constants.ts'
import type { Observer } from './observations.ts'
import { createRecent, type Recent } from './recent.ts'
import type { UsualInterval } from './usual-interval.ts'

export interface Lateness extends Required<Pick<Observer, 'flowed'>> {
  /** An exchange has taken so long, and has not ended. */
  flowing(partner: PeerId, milliseconds: number): void
  /** The time that others may take beyond what this peer took itself. */
  tolerance(): number
  /** How long this peer waits once, for those that it waits for at all: everybody has a slow moment. */
  limit(): number
  /** How long it waits for one for whose sake alone it trains on: as long as an interval takes that one, by its own account. */
  limitFor(partner: PeerId): number
  /** Whether a partner is waited for. */
  isExpected(partner: PeerId): boolean
  /** Whether a partner was waited for in vain again and again, and has not come since. */
  isSilent(partner: PeerId): boolean
  /** Whether one that is asked, because it does not come by itself, is waited for. */
  mayAnswer(partner: PeerId): boolean
  /** Whether an interval takes a partner longer than others are to wait for, by its own account. */
  hasSlowPace(partner: PeerId): boolean
  /** Whether exchanges with a partner take longer than intervals of training, so that even one that has begun is not waited for. */
  hasSlowLink(partner: PeerId): boolean
  /** What exchanges with a partner usually take, in milliseconds; undefined before enough of them have ended. */
  duration(partner: PeerId): number | undefined
  /** Whether a partner comes and lets itself be waited for then, again and again. */
  stalls(partner: PeerId): boolean
  came(partner: PeerId): void
  /** A partner that was waited for had not come when it was given up. */
  missed(partner: PeerId): void
  /** A partner was asked and had not answered when another had; which says little, but not again and again. */
  unanswered(partner: PeerId): void
}

export interface LatenessOptions {
  readonly usualInterval: UsualInterval
  readonly membership: {
    /** The usual duration of a member's interval, by its own account, in milliseconds; undefined where it has announced none. */
    interval(peer: PeerId): number | undefined
  }
  readonly training: {
    /** Whether this peer trains: else waiting costs it nothing, and nobody is slow. */
    trains(): boolean
  }
}

export function createLateness({ usualInterval, membership, training }: LatenessOptions): Lateness {
  const flows = createRecent(MEETING_OBSERVATIONS)
  const links = new Map<PeerId, Recent>()
  /** Meetings in a row to which a partner did not come; and those to which it came and did not end what it had begun. */
  const misses = new Map<PeerId, number>()
  const stalls = new Map<PeerId, number>()

  function addLink(partner: PeerId, milliseconds: number): void {
    const link = links.get(partner) ?? createRecent(LINK_OBSERVATIONS)
    links.set(partner, link)
    link.add(milliseconds)
  }

  function tolerance(): number {
    if (flows.count === 0) return FIRST_MEETING_MS
    return (usualInterval.milliseconds() ?? 0) + slack()
  }

  const slack = () => LATENESS_FLOOR_MS + TOLERATED_EXCHANGES * flows.median()

  function duration(partner: PeerId): number | undefined {
    const link = links.get(partner)
    return link === undefined || link.count < FEWEST_FLOWS ? undefined : link.median()
  }

  function hasSlowLink(partner: PeerId): boolean {
    const own = usualInterval.milliseconds()
    const usual = duration(partner)
    if (own === undefined || usual === undefined) return false
    // Whether it trains is asked last: the answer takes a look at all members, and this is asked of each.
    return usual > own + slack() && training.trains()
  }

  const hasMissed = (partner: PeerId, meetings: number) => (misses.get(partner) ?? 0) >= meetings
  const isSilent = (partner: PeerId) => hasMissed(partner, MISSED_MEETINGS)

  const limit = () => Math.max(LEAST_MEETING_MS, MEETING_LIMIT * tolerance())

  function hasSlowPace(partner: PeerId): boolean {
    const own = usualInterval.milliseconds()
    if (own === undefined || flows.count === 0) return false
    const isSlower = (membership.interval(partner) ?? 0) > TOLERATED_PACE * own + slack()
    return isSlower && training.trains()
  }

  const isSlow = (partner: PeerId) => hasSlowPace(partner) || hasSlowLink(partner)

  return {
    flowed(partner, milliseconds) {
      flows.add(milliseconds)
      addLink(partner, milliseconds)
    },
    flowing(partner, milliseconds) {
      stalls.set(partner, Math.min((stalls.get(partner) ?? 0) + 1, MOST_STALLED_MEETINGS))
      // Less than usual says nothing, as long as it has not ended.
      if (milliseconds > (links.get(partner)?.median() ?? 0)) addLink(partner, milliseconds)
    },
    tolerance,
    limit,
    limitFor: partner => limit() + TOLERATED_PACE * (membership.interval(partner) ?? 0),
    hasSlowPace,
    hasSlowLink,
    duration,
    stalls: partner => (stalls.get(partner) ?? 0) >= STALLED_MEETINGS,
    isSilent,
    mayAnswer: partner => !hasMissed(partner, UNHEEDED_MEETINGS) && !isSlow(partner),
    isExpected: partner => !isSilent(partner) && !isSlow(partner),
    came(partner) {
      misses.delete(partner)
      const left = (stalls.get(partner) ?? 0) - FORGIVEN_BY_COMING
      if (left > 0) stalls.set(partner, left)
      else stalls.delete(partner)
    },
    missed(partner) {
      misses.set(partner, (misses.get(partner) ?? 0) + 1)
    },
    unanswered(partner) {
      misses.set(partner, (misses.get(partner) ?? 0) + UNANSWERED_PROPOSAL)
    },
  }
}
