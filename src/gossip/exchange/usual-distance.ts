/**
 * How far from this peer those with whom it averages usually are: what is far is measured by that.
 *
 * @packageDocumentation
 */

import { FEWEST_MET, usualDistance } from '../../averaging/clipping.ts'
import { lowerMedianOf } from '../../averaging/medians.ts'
import { sketchDistance } from '../../averaging/sketch.ts'
import { norm } from '../../parameters/vectors.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { PeerId } from '../ports.ts'

export interface UsualDistance {
  /** The distance that is usual; once this peer trains no more at least what it was then. 0 where nothing is known yet. */
  now(): number
  /**
   * How far members usually are by what they have announced last, this peer not training; at least the target, within which the swarm takes
   * them for one.
   */
  present(): number
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
  /** The recipe's relative consensus distance. */
  readonly target: number
  readonly phase: Pick<PeerPhase, 'now'>
  readonly membership: Pick<Membership, 'isGone'>
  readonly activeMembers: Pick<ActiveMembers, 'all'>
  readonly choice: {
    /** Of this peer's parameters as they are. */
    sketch(): Float32Array
  }
}

export function createUsualDistance({
  target,
  phase,
  membership,
  activeMembers,
  choice,
}: UsualDistanceOptions): UsualDistance {
  const distances = new Map<PeerId, number>()
  let movement = 0
  let usual = 0

  /** Of those met, where they are enough for a median to mean something; otherwise of all that have announced parameters, too. */
  function known(): readonly number[] {
    const members = activeMembers.all().filter(({ announcement }) => announcement.phase !== 'waiting')
    const met = members.flatMap(({ peer }) => distances.get(peer) ?? [])
    if (met.length >= FEWEST_MET || members.length < FEWEST_MET) return met
    return members.map(
      ({ peer, announcement }) => distances.get(peer) ?? sketchDistance(choice.sketch(), announcement.sketch),
    )
  }

  function look(): void {
    const isTraining = phase.now() === 'training'
    const now = usualDistance(known(), isTraining ? movement : 0)
    usual = isTraining && now > 0 ? now : Math.max(usual, now)
  }

  return {
    now: () => usual,
    present() {
      const own = choice.sketch()
      const announced = activeMembers.all().filter(({ announcement }) => announcement.phase !== 'waiting')
      const far = announced.map(({ announcement }) => sketchDistance(own, announcement.sketch))
      return Math.max(target * norm(own), far.length === 0 ? 0 : lowerMedianOf(far))
    },
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
