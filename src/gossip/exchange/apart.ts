/**
 * Who stays apart. One that was away is far from everybody, too; but whoever averages with others comes nearer to them.
 *
 * @packageDocumentation
 */

import { FARTHEST_MARGIN } from '../../averaging/clipping.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
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
}

/** Seen for the first time, it may have been away; where it is no nearer the next time, it counts for two. */
const FIRST_TIME = 1
const AGAIN = 2

export function createApart({ phase, membership, clock, distances }: ApartOptions): Apart {
  /** Those that are far from most: since when they have come no nearer than that. */
  const waiting = new Map<PeerId, { readonly distance: number; readonly since: number }>()

  /** Farther than any that trains beside this peer. */
  function weighFar(partner: PeerId, distance: number): number {
    if (distance <= FARTHEST_MARGIN * distances.now()) return 0
    const before = distances.last(partner)
    if (before === undefined) return FIRST_TIME
    return distance > STILL_FAR * before ? AGAIN : 0
  }

  /** Farther than most are by now; for so long that those have come together. One that still trains has not begun with that. */
  function weighStaying(partner: PeerId, distance: number): number {
    const isTraining = membership.get(partner)?.announcement.phase === 'training'
    if (isTraining || distance <= FARTHEST_MARGIN * distances.present()) {
      waiting.delete(partner)
      return 0
    }
    const before = waiting.get(partner)
    const stays = before !== undefined && distance > STILL_FAR * before.distance
    if (stays && clock.now() - before.since < STAYING_MS) return 0
    for (const peer of waiting.keys()) if (membership.isGone(peer)) waiting.delete(peer)
    waiting.set(partner, { distance, since: clock.now() })
    return stays ? 1 : 0
  }

  return {
    weigh(partner, distance) {
      const far = weighFar(partner, distance)
      return phase.now() === 'training' ? far : Math.max(far, weighStaying(partner, distance))
    },
    has: partner => waiting.has(partner) && phase.now() !== 'training',
  }
}
