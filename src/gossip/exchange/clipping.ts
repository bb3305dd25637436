/**
 * How much another may move this peer: in one exchange, by the radius of clipping; over time, by its account. Both follow what is usual among
 * those with whom this peer averages. Once it has trained, all together may move it by a few times what was usual at its last step, and by what
 * the swarm still trains.
 *
 * @packageDocumentation
 */

import { clippedShare, RADIUS_MARGIN, radiusFor } from '../../averaging/clipping.ts'
import { sketchDistance } from '../../averaging/sketch.ts'
import type { Range } from '../../parameters/range.ts'
import type { Conduct } from '../membership/conduct.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerId } from '../ports.ts'
import { type AccountsOptions, createAccounts } from './accounts.ts'
import { createApart } from './apart.ts'
import { type ComplaintsOptions, createComplaints } from './complaints.ts'
import { FEWEST_OTHERS, LONGEST_OVER_RADIUS } from './constants.ts'
import { createEncounters } from './encounters.ts'
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
  /** Both have said how far they reach: what follows, and what is remembered of it. @param part of the parameters that is averaged */
  agree(partner: PeerId, part: Range, own: Reach, theirs: Reach): Clipped
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

export interface ClippingOptions extends UsualDistanceOptions, Omit<AccountsOptions, 'partners'>, ComplaintsOptions {
  /** τ, where the recipe says one; otherwise it follows the swarm. */
  readonly radius?: number
  readonly membership: Pick<Membership, 'size' | 'isGone' | 'get'>
  readonly conduct: Pick<Conduct, 'met' | 'fault' | 'trust' | 'isTrusted'>
}

export function createClipping(options: ClippingOptions): Clipping {
  const { replica, interval, phase, activeMembers, conduct } = options
  const distances = createUsualDistance(options)
  const usual = distances.now
  const accounts = createAccounts({ ...options, partners: distances.partners })
  const apart = createApart({ ...options, distances, accounts })
  const encounters = createEncounters(options.membership)
  const complaints = createComplaints(options)
  let clipped = 0

  /** Of two nobody can say which one lies, and each is all that the other can agree with. */
  const isMajority = () => activeMembers.all().length >= FEWEST_OTHERS

  /** As far as a partner may be without that anything is taken less of. */
  const reachable = () => radiusFor(usual(), replica.age / interval.steps())

  /** The length that accounts are kept in: the usual distance, and more of it in the first intervals, as the radius is. */
  const unit = () => reachable() / RADIUS_MARGIN

  function adaptiveRadius(partner: PeerId, weight: number): number {
    // Between two intervals it stays, so that all links of a round go by the same.
    if (phase.now() !== 'training') distances.look()
    accounts.fill(weight)
    if (usual() === 0 || !isMajority()) return Number.POSITIVE_INFINITY
    const radius = Math.min(reachable(), (accounts.left(partner) / weight) * unit())
    return Math.max(Number.MIN_VALUE, conduct.trust(partner) * radius)
  }

  /** Measured by what is usual, and not by what its account or its conduct leaves it. */
  function judge(partner: PeerId, distance: number): void {
    const times = apart.weigh(partner, distance)
    if (times > 0) complaints.add(partner, 'far', distance, usual(), times)
    else if (distance > reachable()) complaints.add(partner, 'clipped', distance, usual())
    else if (!apart.has(partner)) conduct.met(partner)
  }

  return {
    reach(partner, weight, sketch) {
      return { sketch, radius: options.radius ?? adaptiveRadius(partner, weight) }
    },
    agree(partner, part, own, theirs) {
      const distance = sketchDistance(own.sketch, theirs.sketch)
      if (phase.now() === 'training') {
        encounters.forget()
      } else if (usual() > 0) {
        const approached = encounters.met(partner, { part, own: own.sketch, theirs: theirs.sketch }, distance)
        accounts.shared(partner, approached / unit())
      }
      if (options.radius === undefined && isMajority()) judge(partner, distance)
      distances.met(partner, distance)
      const share = clippedShare(Math.min(own.radius, theirs.radius), distance)
      if (share < 1) clipped++
      return { share, squaredDistance: (LONGEST_OVER_RADIUS * own.radius) ** 2 }
    },
    moved(partner, length) {
      if (usual() > 0) accounts.moved(partner, length / unit())
    },
    lied: partner => complaints.add(partner, 'false-sketch', distances.last(partner) ?? 0, usual()),
    trained: distances.trained,
    returned(partner) {
      if (distances.last(partner) !== undefined) accounts.returned(partner)
    },
    isSpent(partner) {
      if (usual() === 0 || !isMajority()) return false
      if (!conduct.isTrusted(partner)) return true
      // One that is far away goes on being met, though it moves nobody: so it is found out.
      return !apart.has(partner) && accounts.isSpent(partner)
    },
    clipped: () => clipped,
  }
}
