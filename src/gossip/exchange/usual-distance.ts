/**
 * How far from this peer those with whom it averages usually are: what is far is measured by that.
 *
 * @packageDocumentation
 */

import { FEWEST_MET, usualDistance } from '../../averaging/clipping.ts'
import { sketchDistance } from '../../averaging/sketch.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { PeerId } from '../ports.ts'

export interface UsualDistance {
  /** While this peer trains; after that at least what it was then. 0 where nothing is known yet. */
  whileTraining(): number
  /** As of now: once it trains no more, all come nearer. */
  now(): number
  /** How far this one was when the two met last; undefined where they have not. */
  last(partner: PeerId): number | undefined
  met(partner: PeerId, distance: number): void
  /** How many partners were met, and are not gone for good. */
  partners(): number
  /** An interval of training has moved this peer so far. */
  trained(length: number): void
  look(): void
}

export interface UsualDistanceOptions {
  readonly phase: Pick<PeerPhase, 'now'>
  readonly membership: Pick<Membership, 'isGone'>
  readonly activeMembers: Pick<ActiveMembers, 'all'>
  readonly choice: {
    /** Of this peer's parameters as they are. */
    sketch(): Float32Array
  }
}

export function createUsualDistance({ phase, membership, activeMembers, choice }: UsualDistanceOptions): UsualDistance {
  const distances = new Map<PeerId, number>()
  let movement = 0
  let now = 0
  let whileTraining = 0

  /**
   * Of those met, where they are enough for a median to mean something; otherwise of all that have announced parameters, too. Where this peer
   * trains no more, distances only become smaller: then it is the smaller one of what was seen in the last exchange and what is announced.
   */
  function known(isTraining: boolean): readonly number[] {
    const members = activeMembers.all().filter(({ announcement }) => announcement.phase !== 'waiting')
    const met = members.filter(({ peer }) => distances.has(peer))
    const areEnough = met.length >= FEWEST_MET || members.length < FEWEST_MET
    return (areEnough ? met : members).map(({ peer, announcement }) => {
      const seen = distances.get(peer)
      if (seen !== undefined && isTraining) return seen
      const announced = sketchDistance(choice.sketch(), announcement.sketch)
      return Math.min(seen ?? announced, announced)
    })
  }

  function look(): void {
    const isTraining = phase.now() === 'training'
    now = usualDistance(known(isTraining), isTraining ? movement : 0)
    whileTraining = isTraining && now > 0 ? now : Math.max(whileTraining, now)
  }

  return {
    whileTraining: () => whileTraining,
    now: () => now,
    last: partner => distances.get(partner),
    met(partner, distance) {
      if (!distances.has(partner)) {
        for (const peer of distances.keys()) if (membership.isGone(peer)) distances.delete(peer)
      }
      distances.set(partner, distance)
    },
    partners: () => distances.size,
    trained(length) {
      movement = length
      look()
    },
    look,
  }
}
