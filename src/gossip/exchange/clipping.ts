/**
 * How much another may move this peer: in one exchange, by the radius of clipping; over time, by its account. Both follow what is usual among
 * those with whom this peer averages, for as long as the swarm trains. After that nothing new is learned, so the radius stays at least what
 * it was, and everybody has one more account, as large as the swarm was spread at the last step.
 *
 * @packageDocumentation
 */

import { clippedShare, FEWEST_MET, RADIUS_MARGIN, radiusFor, usualDistance } from '../../averaging/clipping.ts'
import { createInfluence } from '../../averaging/influence.ts'
import { sketchDistance } from '../../averaging/sketch.ts'
import type { Events } from '../events.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import type { Conduct } from '../membership/conduct.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import { createComplaints } from './complaints.ts'
import {
  ACCOUNT_DEPTH,
  ACCOUNT_INCOME,
  END_ACCOUNT,
  END_OVERDRAFT,
  END_REFILL_MS,
  FAR,
  FEWEST_OTHERS,
  LEAST_SHARE,
  LONGEST_OVER_RADIUS,
  STILL_FAR,
} from './constants.ts'

/** What one side of an exchange says of itself, by which both know how far apart they are and how far either lets itself be moved. */
export interface Reach {
  /** Of what it averages. */
  readonly sketch: Float32Array
  /** τ; infinite where it does not clip. */
  readonly radius: number
}

/** What follows from both sides' words. */
export interface Clipped {
  /** λ, by which both take less. */
  readonly share: number
  /** Σ ‖d‖² of the frames, d with the weight 1, is not to be larger: whoever is farther away than that has said something false. */
  readonly squaredDistance: number
}

export interface Clipping {
  /** @param weight of the exchange, before it is clipped */
  reach(partner: PeerId, weight: number, sketch: Float32Array): Reach
  /** Both have said how far they reach: what follows, and what is remembered of it. */
  agree(partner: PeerId, own: Reach, theirs: Reach): Clipped
  /** What was merged of an exchange with this partner has moved this peer so far. */
  moved(partner: PeerId, length: number): void
  /** What this partner has sent was farther away than it had said. */
  lied(partner: PeerId): void
  /** An interval of training has moved this peer so far. */
  trained(length: number): void
  /** A member that was gone is there again. */
  returned(partner: PeerId): void
  /** Whether nothing is merged with this partner for now: it has moved this peer by as much as it may, or is not to move it at the end. */
  isSpent(partner: PeerId): boolean
  /** Exchanges that were agreed with less than their weight. */
  clipped(): number
}

export interface ClippingOptions {
  /** τ, where the recipe says one; otherwise it follows the swarm. */
  readonly radius?: number
  /** Whether everybody averages with all neighbours at once. */
  readonly inRounds: boolean
  readonly replica: Pick<Replica, 'age'>
  readonly interval: { steps(): number }
  readonly phase: Pick<PeerPhase, 'now'>
  readonly membership: Pick<Membership, 'size' | 'isGone'>
  readonly activeMembers: Pick<ActiveMembers, 'all'>
  readonly clock: Clock
  readonly events: Pick<Events, 'emit'>
  readonly conduct: Pick<Conduct, 'met' | 'fault' | 'trust' | 'isTrusted'>
  readonly choice: {
    /** Of this peer's parameters as they are. */
    sketch(): Float32Array
  }
}

export function createClipping(options: ClippingOptions): Clipping {
  const { inRounds, replica, interval, phase, membership, activeMembers, choice, conduct, clock } = options
  const influence = createInfluence<PeerId>()
  /** How far from this peer those with whom it has averaged were when they did last. */
  const met = new Map<PeerId, number>()
  const complaints = createComplaints(options)
  let clipped = 0
  let movement = 0
  /** The usual distance as of now. */
  let near = 0
  /** The usual distance; since this peer trains no more at least what it was then. */
  let usual = 0
  let age = replica.age
  let isOver = false
  /** How often it was, when that was or was last looked at, and what everybody had then. */
  let ends = 0
  let endedAt = 0
  let endAccount = 0

  const swarmTrains = () =>
    phase.now() === 'training' || activeMembers.all().some(({ announcement }) => announcement.phase === 'training')

  /** Of two nobody can say which one lies, and each is all that the other can agree with. */
  const isMajority = () => activeMembers.all().length >= FEWEST_OTHERS

  const meetingsOfInterval = () => (inRounds ? 1 : 2 / Math.max(1, met.size))

  /**
   * Of those met, where they are enough for a median to mean something; otherwise of all that have announced parameters, too. Where nobody
   * trains, distances only become smaller: then it is the smaller one of what was seen in the last exchange and what is announced.
   */
  function distances(onlyShrink: boolean): readonly number[] {
    const members = activeMembers.all().filter(({ announcement }) => announcement.phase !== 'waiting')
    const known = members.filter(({ peer }) => met.has(peer))
    const areEnough = known.length >= FEWEST_MET || members.length < FEWEST_MET
    return (areEnough ? known : members).map(({ peer, announcement }) => {
      const seen = met.get(peer)
      if (seen !== undefined && !onlyShrink) return seen
      const announced = sketchDistance(choice.sketch(), announcement.sketch)
      return Math.min(seen ?? announced, announced)
    })
  }

  /**
   * Once it is over nobody learns anything new: what all partners together may move this peer by is a few times what was usual, dealt among
   * them. Where few are neighbours, more of what the others have learned comes by each. Whoever says that it trains again, and again that it
   * has ended, gets less every time.
   */
  function endAccounts(): void {
    const partners = Math.max(1, met.size)
    endAccount = (END_ACCOUNT * Math.max(1, membership.size() / partners)) / partners / 2 ** ends
    influence.once(endAccount)
    ends++
    endedAt = clock.now()
  }

  /** Looks at what is usual, and at whether the swarm still trains. */
  function look(): void {
    const isTraining = phase.now() === 'training'
    near = usualDistance(distances(isOver), isTraining ? movement : 0)
    usual = isTraining && near > 0 ? near : Math.max(usual, near)
    if (isOver !== swarmTrains()) return
    isOver = !isOver
    if (isOver) endAccounts()
  }

  /** Everybody may move this peer by so much more since it has trained, or has absorbed what others have. */
  function earn(weight: number): void {
    const intervals = (replica.age - age) / interval.steps()
    age = replica.age
    if (isOver) {
      influence.earned((endAccount * (clock.now() - endedAt)) / END_REFILL_MS, endAccount)
      endedAt = clock.now()
      return
    }
    influence.earned(ACCOUNT_INCOME * weight * intervals * meetingsOfInterval(), ACCOUNT_DEPTH * weight)
  }

  function adaptiveRadius(partner: PeerId, weight: number): number {
    // Between two intervals it stays, so that all links of a round go by the same.
    if (phase.now() !== 'training') look()
    earn(weight)
    const radius = radiusFor(usual, replica.age / interval.steps())
    if (usual === 0 || !isMajority()) return Number.POSITIVE_INFINITY
    // Two merges at once may have overdrawn the account.
    const left = Math.max(0, influence.left(partner) / weight) * usual
    const most = isOver ? Math.max(RADIUS_MARGIN * near, left) : Math.min(radius, left)
    return Math.max(Number.MIN_VALUE, conduct.trust(partner) * most)
  }

  /** Measured by what is usual, and not by what its account or its conduct leaves it. */
  function judge(partner: PeerId, distance: number): void {
    const isNear = usual === 0 || distance <= radiusFor(usual, replica.age / interval.steps())
    if (isNear) {
      conduct.met(partner)
      return
    }
    const before = met.get(partner)
    // One that was away, and merges with everybody, is nearer every time.
    const stays = before !== undefined && distance > STILL_FAR * before
    complaints.add(partner, stays && distance > FAR * usual ? 'far' : 'clipped', distance, usual)
  }

  function forgetGone(): void {
    for (const peer of met.keys()) {
      if (!membership.isGone(peer)) continue
      met.delete(peer)
      complaints.forget(peer)
    }
  }

  return {
    reach(partner, weight, sketch) {
      return { sketch, radius: options.radius ?? adaptiveRadius(partner, weight) }
    },
    agree(partner, own, theirs) {
      const distance = sketchDistance(own.sketch, theirs.sketch)
      if (!met.has(partner)) forgetGone()
      if (options.radius === undefined && isMajority()) judge(partner, distance)
      met.set(partner, distance)
      const squaredDistance = (LONGEST_OVER_RADIUS * own.radius) ** 2
      const radius = Math.min(own.radius, theirs.radius)
      const share = clippedShare(radius, distance, options.radius === undefined)
      if (share < 1) clipped++
      return { share, squaredDistance }
    },
    moved(partner, length) {
      if (usual > 0) influence.moved(partner, length / usual)
    },
    lied(partner) {
      complaints.add(partner, 'false-sketch', met.get(partner) ?? 0, usual)
    },
    trained(length) {
      movement = length
      look()
    },
    returned(partner) {
      if (isOver && met.has(partner)) influence.returned(partner)
    },
    isSpent(partner) {
      if (usual === 0 || !isMajority()) return false
      if (!isOver) return influence.left(partner) < LEAST_SHARE
      return !conduct.isTrusted(partner) || influence.left(partner) < -END_OVERDRAFT * endAccount
    },
    clipped: () => clipped,
  }
}
