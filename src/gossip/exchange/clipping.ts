/**
 * How much another may move this peer: in one exchange, by the radius of clipping; over time, by its account. Both follow what is usual among
 * those with whom this peer averages. Once it has trained, the radius follows the others as they come nearer, and all together may move it by a
 * few times what was usual at its last step, and by what the swarm still trains.
 *
 * @packageDocumentation
 */

import {
  ANYWHERE,
  clippedShare,
  FEWEST_MET,
  RADIUS_MARGIN,
  type Reach,
  reachFor,
  usualDistance,
} from '../../averaging/clipping.ts'
import { createInfluence } from '../../averaging/influence.ts'
import { sketchDistance } from '../../averaging/sketch.ts'
import type { Events } from '../events.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import type { Conduct } from '../membership/conduct.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import {
  ACCOUNT_DEPTH,
  ACCOUNT_INCOME,
  END_ACCOUNT,
  END_REFILL_MS,
  FEWEST_OTHERS,
  LEAST_SHARE,
  LONGEST_OVER_RADIUS,
  STILL_FAR,
  TELLING_GAP_MS,
} from './constants.ts'

/** What one side of an exchange says of itself, by which both know how far apart they are and how far either lets itself be moved. */
export interface ToldReach extends Reach {
  /** Of what it averages. */
  readonly sketch: Float32Array
}

/** What follows from both sides' words. */
export interface Clipped {
  /** λ, by which both take less; 0 where nothing is merged. */
  readonly share: number
  /** Σ ‖d‖² of the frames, d with the weight 1, is not to be larger: whoever is farther away than that has said something false. */
  readonly squaredDistance: number
}

export interface Clipping {
  /** @param weight of the exchange, before it is clipped */
  reach(partner: PeerId, weight: number, sketch: Float32Array): ToldReach
  /** Both have said how far they reach: what follows, and what is remembered of it. */
  agree(partner: PeerId, own: ToldReach, theirs: ToldReach): Clipped
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
  const { inRounds, replica, interval, phase, membership, activeMembers, choice, conduct, clock, events } = options
  const influence = createInfluence<PeerId>()
  /** How far from this peer those with whom it has averaged were when they did last. */
  const met = new Map<PeerId, number>()
  /** Exchanges that were clipped since it was last told of them, and when that was. */
  const told = new Map<PeerId, { readonly count: number; readonly at: number }>()
  /** Those that were away, until they are as near as others: what they have learned meanwhile may be far. */
  const back = new Set<PeerId>()
  let movement = 0
  /** The usual distance as of now. */
  let near = 0
  /** The usual distance; since this peer trains no more at least what it was then. */
  let usual = 0
  let age = replica.age
  let isOver = false
  /** How often it was, when that was or was last looked at, and what everybody had then. */
  let ends = 0
  let earnedAt = clock.now()
  let endAccount = 0

  /** Of two nobody can say which one lies, and each is all that the other can agree with. */
  const isMajority = () => activeMembers.all().length >= FEWEST_OTHERS

  const meetingsOfInterval = () => (inRounds ? 1 : 2 / Math.max(1, met.size))

  /**
   * Of those met, where they are enough for a median to mean something; otherwise of all that have announced parameters, too. Where nobody
   * trains, distances only become smaller: then it is the smaller one of what was seen in the last exchange and what is announced.
   */
  function distances(): readonly number[] {
    const members = activeMembers.all().filter(({ announcement }) => announcement.phase !== 'waiting')
    const known = members.filter(({ peer }) => met.has(peer))
    const areEnough = known.length >= FEWEST_MET || members.length < FEWEST_MET
    return (areEnough ? known : members).map(({ peer, announcement }) => {
      const seen = met.get(peer)
      if (seen !== undefined && !isOver) return seen
      const announced = sketchDistance(choice.sketch(), announcement.sketch)
      return Math.min(seen ?? announced, announced)
    })
  }

  /**
   * Once this peer trains no more, what all partners together may move it by is a few times what was usual, dealt among them. Where few are
   * neighbours, more of what the others have learned comes by each. Whoever trains again, and ends again, has less every time.
   */
  function endAccounts(): void {
    const partners = Math.max(1, met.size)
    endAccount = (END_ACCOUNT * Math.max(1, membership.size() / partners)) / partners / 2 ** ends
    influence.once(endAccount)
    ends++
    earnedAt = clock.now()
  }

  /** Looks at what is usual, and at whether this peer still trains. */
  function look(): void {
    const isTraining = phase.now() === 'training'
    near = usualDistance(distances(), isTraining ? movement : 0)
    usual = isTraining && near > 0 ? near : Math.max(usual, near)
    if (isOver !== isTraining) return
    isOver = !isTraining
    if (isOver) endAccounts()
  }

  /** Everybody may move this peer by so much more since the swarm has trained on; when it does not, by the clock. */
  function earn(weight: number): void {
    const intervals = Math.max(0, replica.age - age) / interval.steps()
    const filled = isOver ? (endAccount * (clock.now() - earnedAt)) / END_REFILL_MS : 0
    age = replica.age
    earnedAt = clock.now()
    const most = isOver ? endAccount : ACCOUNT_DEPTH * weight
    influence.earned(ACCOUNT_INCOME * weight * intervals * meetingsOfInterval() + filled, most)
  }

  function adaptiveReach(partner: PeerId, weight: number): Reach {
    // Between two intervals it stays, so that all links of a round go by the same.
    if (phase.now() !== 'training') look()
    earn(weight)
    if (usual === 0 || !isMajority()) return ANYWHERE
    const { radius, farthest } = reachFor(usual, replica.age / interval.steps())
    // Two merges at once may have overdrawn the account.
    const left = Math.max(0, influence.left(partner) / weight) * usual
    const most = Math.min(isOver ? RADIUS_MARGIN * near : radius, left)
    return {
      radius: Math.max(Number.MIN_VALUE, conduct.trust(partner) * most),
      farthest: back.has(partner) ? Number.POSITIVE_INFINITY : farthest,
    }
  }

  /** Measured by what is usual, and not by what its account or its conduct leaves it. */
  function judge(partner: PeerId, distance: number): void {
    const { radius, farthest } = reachFor(usual, replica.age / interval.steps())
    if (distance <= radius) {
      back.delete(partner)
      conduct.met(partner)
      return
    }
    const before = met.get(partner)
    // One that was away, and merges with everybody, is nearer every time.
    const stays = before !== undefined && distance > STILL_FAR * before
    conduct.fault(partner, stays && distance > farthest ? 'far' : 'clipped')
    tell(partner, distance)
  }

  /** Nobody reads of every exchange. */
  function tell(partner: PeerId, distance: number): void {
    const count = (told.get(partner)?.count ?? 0) + 1
    const at = told.get(partner)?.at ?? Number.NEGATIVE_INFINITY
    const isDue = clock.now() - at >= TELLING_GAP_MS
    told.set(partner, isDue ? { count: 0, at: clock.now() } : { count, at })
    if (isDue)
      events.emit('clipped', { peer: partner, distance, usual, exchanges: count, trust: conduct.trust(partner) })
  }

  function forgetGone(): void {
    for (const peer of met.keys()) {
      if (!membership.isGone(peer)) continue
      met.delete(peer)
      told.delete(peer)
      back.delete(peer)
    }
  }

  return {
    reach(partner, weight, sketch) {
      if (options.radius !== undefined) return { ...ANYWHERE, radius: options.radius, sketch }
      return { ...adaptiveReach(partner, weight), sketch }
    },
    agree(partner, own, theirs) {
      const distance = sketchDistance(own.sketch, theirs.sketch)
      if (!met.has(partner)) forgetGone()
      if (options.radius === undefined) judge(partner, distance)
      met.set(partner, distance)
      const squaredDistance = (LONGEST_OVER_RADIUS * own.radius) ** 2
      return { share: clippedShare(own, theirs, distance), squaredDistance }
    },
    moved(partner, length) {
      if (usual > 0) influence.moved(partner, length / usual)
    },
    lied(partner) {
      conduct.fault(partner, 'false-sketch')
      tell(partner, met.get(partner) ?? 0)
    },
    trained(length) {
      movement = length
      look()
    },
    returned(partner) {
      if (!met.has(partner)) return
      back.add(partner)
      if (isOver) influence.returned(partner)
    },
    isSpent(partner) {
      if (usual === 0 || !isMajority()) return false
      return (
        influence.left(partner) < (isOver ? LEAST_SHARE * endAccount : LEAST_SHARE) ||
        (isOver && !conduct.isTrusted(partner))
      )
    },
  }
}
