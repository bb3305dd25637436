/**
 * How much another may move this peer: in one exchange, by the radius of clipping; over time, by its account. Both follow what is usual among
 * those with whom this peer averages. Once it has trained, all together may move it by a few times what was usual at its last step, and by what
 * the swarm still trains.
 *
 * @packageDocumentation
 */

import { clippedShare, FARTHEST_MARGIN, radiusFor } from '../../averaging/clipping.ts'
import { createInfluence } from '../../averaging/influence.ts'
import { sketchDistance } from '../../averaging/sketch.ts'
import type { Events } from '../events.ts'
import type { Conduct } from '../membership/conduct.ts'
import type { Membership } from '../membership/membership.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import { createComplaints } from './complaints.ts'
import {
  ACCOUNT_DEPTH,
  ACCOUNT_INCOME,
  END_ACCOUNT,
  END_REFILL_MS,
  FEWEST_OTHERS,
  LEAST_SHARE,
  LONGEST_OVER_RADIUS,
  STILL_FAR,
} from './constants.ts'
import { createUsualDistance, type UsualDistanceOptions } from './usual-distance.ts'

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

export interface ClippingOptions extends UsualDistanceOptions {
  /** τ, where the recipe says one; otherwise it follows the swarm. */
  readonly radius?: number
  /** Whether everybody averages with all neighbours at once. */
  readonly inRounds: boolean
  readonly replica: Pick<Replica, 'age'>
  readonly interval: { steps(): number }
  readonly membership: Pick<Membership, 'size' | 'isGone'>
  readonly clock: Clock
  readonly events: Pick<Events, 'emit'>
  readonly conduct: Pick<Conduct, 'met' | 'fault' | 'trust' | 'isTrusted'>
}

export function createClipping(options: ClippingOptions): Clipping {
  const { inRounds, replica, interval, phase, membership, activeMembers, conduct, clock } = options
  const distances = createUsualDistance(options)
  const usual = distances.now
  const influence = createInfluence<PeerId>()
  const complaints = createComplaints(options)
  let clipped = 0
  /** As of the last time that accounts were filled. */
  let [age, filledAt] = [replica.age, clock.now()]
  let isOver = false
  /** How often it was, and what everybody had then. */
  let ends = 0
  let endAccount = 0

  /** Of two nobody can say which one lies, and each is all that the other can agree with. */
  const isMajority = () => activeMembers.all().length >= FEWEST_OTHERS

  const intervals = () => replica.age / interval.steps()

  /**
   * Once this peer trains no more, what all partners together may move it by is a few times what was usual, dealt among them. Where few are
   * neighbours, more of what the others have learned comes by each. Whoever trains again, and ends again, has less every time.
   */
  function endAccounts(): void {
    const partners = Math.max(1, distances.partners())
    endAccount = (END_ACCOUNT * Math.max(1, membership.size() / partners)) / partners / 2 ** ends
    influence.once(endAccount)
    ends++
  }

  /** Everybody may move this peer by so much more since the swarm has trained on; and once it does not, by the clock. */
  function fillAccounts(weight: number): void {
    const isTraining = phase.now() === 'training'
    if (isOver === isTraining) {
      isOver = !isTraining
      if (isOver) endAccounts()
    }
    // In pairs an interval asks for two meetings, its own and another's; in step for one with everybody.
    const meetings = inRounds ? 1 : 2 / Math.max(1, distances.partners())
    const trained = (ACCOUNT_INCOME * weight * meetings * Math.max(0, replica.age - age)) / interval.steps()
    const waited = isOver ? (endAccount * (clock.now() - filledAt)) / END_REFILL_MS : 0
    influence.earned(trained + waited, isOver ? endAccount : ACCOUNT_DEPTH * weight)
    age = replica.age
    filledAt = clock.now()
  }

  function adaptiveRadius(partner: PeerId, weight: number): number {
    // Between two intervals it stays, so that all links of a round go by the same.
    if (phase.now() !== 'training') distances.look()
    fillAccounts(weight)
    if (usual() === 0 || !isMajority()) return Number.POSITIVE_INFINITY
    // Two merges at once may have overdrawn the account.
    const left = Math.max(0, influence.left(partner) / weight) * usual()
    const radius = Math.min(radiusFor(usual(), intervals()), left)
    return Math.max(Number.MIN_VALUE, conduct.trust(partner) * radius)
  }

  /** Measured by what is usual, and not by what its account or its conduct leaves it. */
  function judge(partner: PeerId, distance: number): void {
    if (distance <= radiusFor(usual(), intervals())) {
      conduct.met(partner)
      return
    }
    const before = distances.last(partner)
    // One that was away, and merges with everybody, is nearer every time.
    const stays = before !== undefined && distance > STILL_FAR * before
    complaints.add(partner, stays && distance > FARTHEST_MARGIN * usual() ? 'far' : 'clipped', distance, usual())
  }

  return {
    reach(partner, weight, sketch) {
      return { sketch, radius: options.radius ?? adaptiveRadius(partner, weight) }
    },
    agree(partner, own, theirs) {
      const distance = sketchDistance(own.sketch, theirs.sketch)
      if (options.radius === undefined && isMajority()) judge(partner, distance)
      distances.met(partner, distance)
      const share = clippedShare(Math.min(own.radius, theirs.radius), distance)
      if (share < 1) clipped++
      return { share, squaredDistance: (LONGEST_OVER_RADIUS * own.radius) ** 2 }
    },
    moved(partner, length) {
      if (usual() > 0) influence.moved(partner, length / usual())
    },
    lied: partner => complaints.add(partner, 'false-sketch', distances.last(partner) ?? 0, usual()),
    trained: distances.trained,
    returned(partner) {
      if (isOver && distances.last(partner) !== undefined) influence.returned(partner)
    },
    isSpent(partner) {
      if (usual() === 0 || !isMajority()) return false
      if (!conduct.isTrusted(partner)) return true
      // One that is far away goes on being met, though it moves nobody: so it is found out.
      if (isOver && (distances.last(partner) ?? 0) > FARTHEST_MARGIN * usual()) return false
      return influence.left(partner) < LEAST_SHARE * (isOver ? endAccount : 1)
    },
    clipped: () => clipped,
  }
}
