/**
 * Who stays apart. One that was away is far from everybody, too; but whoever averages with others comes nearer to them, or shares at least what
 * moves them.
 *
 * @packageDocumentation
 */

import { FARTHEST_MARGIN } from '../../averaging/clipping.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Accounts, Moved } from './accounts.ts'
import { STAYING_MS, STILL_FAR } from './constants.ts'
import type { UsualDistance } from './usual-distance.ts'

export interface Apart {
  /**
   * How often it speaks against this partner that it is so far away as it is: 0 where that is nothing to speak of.
   *
   * @param distance of the two now; that of their last exchange is still what it was
   */
  weigh(partner: PeerId, distance: number): number
  /** Whether this one is far from most, once this peer trains no more. */
  has(partner: PeerId): boolean
}

export interface ApartOptions {
  readonly phase: Pick<PeerPhase, 'now'>
  readonly membership: Pick<Membership, 'get' | 'isGone'>
  readonly clock: Pick<Clock, 'now'>
  readonly distances: Pick<UsualDistance, 'now' | 'last' | 'present'>
  readonly accounts: Pick<Accounts, 'sinceEnd' | 'isSpent'>
}

/** Seen for the first time, it may have been away; where it is no nearer the next time, it counts for two. */
const FIRST_TIME = 1
const AGAIN = 2

/** Drawn back by others, an honest one has still shared more than this of what it has moved this peer by. One that follows whom it draws shares less. */
const LEAST_SHARED = 1 / 2

export function createApart({ phase, membership, clock, distances, accounts }: ApartOptions): Apart {
  /** Those that are far from most: since when they are looked at, and what they had moved this peer by until then. */
  const watched = new Map<PeerId, { readonly since: number; readonly moved: Moved }>()

  /** Farther than any that trains beside this peer. */
  function weighFar(partner: PeerId, distance: number): number {
    if (distance <= FARTHEST_MARGIN * distances.now()) return 0
    const before = distances.last(partner)
    if (before === undefined) return FIRST_TIME
    return distance > STILL_FAR * before ? AGAIN : 0
  }

  /** Farther than most are by now, and it only pulls; for so long that those have come together. One that still trains has not begun with that. */
  function weighStaying(partner: PeerId, distance: number): number {
    const isTraining = membership.get(partner)?.announcement.phase === 'training'
    if (isTraining || distance <= FARTHEST_MARGIN * distances.present()) {
      watched.delete(partner)
      return 0
    }
    const now = clock.now()
    const before = watched.get(partner)
    if (before !== undefined && now - before.since < STAYING_MS) return 0
    const moved = accounts.sinceEnd(partner)
    for (const peer of watched.keys()) if (membership.isGone(peer)) watched.delete(peer)
    watched.set(partner, { since: now, moved })
    if (before === undefined) return 0
    const by = moved.by - before.moved.by
    const shared = moved.shared - before.moved.shared
    return (by > 0 || accounts.isSpent(partner)) && shared <= LEAST_SHARED * by ? 1 : 0
  }

  return {
    weigh(partner, distance) {
      const far = weighFar(partner, distance)
      return phase.now() === 'training' ? far : Math.max(far, weighStaying(partner, distance))
    },
    has: partner => watched.has(partner) && phase.now() !== 'training',
  }
}
