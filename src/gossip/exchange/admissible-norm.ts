/**
 * How large parameters may be that are merged. Peers of a swarm that trains begin from the same parameters, and what training makes of them
 * grows in all of them alike: so this peer's own norm, and that of the usual member, as its sketch shows it, explain how large a partner's
 * may be. A swarm that only averages may average anything, and goes by the recipe alone.
 *
 * @packageDocumentation
 */

import { lowerMedianOf } from '../../averaging/medians.ts'
import { norm } from '../../parameters/vectors.ts'
import { ANNOUNCE_INTERVAL_MS } from '../membership/constants.ts'
import type { Membership } from '../membership/membership.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import {
  EARLY_INTERVALS,
  EARLY_NORM_MARGIN,
  FALSE_NORM_MARGIN,
  FEWEST_SKETCHES,
  LEAST_ADMISSIBLE_NORM,
  NORM_MARGIN,
} from './constants.ts'

/** The bounds of the norm of what one partner says of its parameters in one exchange. */
export interface NormBound {
  /** Beyond this nothing more of it is merged. */
  readonly most: number
  /** What accepts no more, as it is said to people. Default: the recipe. */
  readonly accepting?: string
  /** Whether this norm cannot be that of the partner's parameters, by what it has announced of them itself. */
  readonly isFalse: (norm: number) => boolean
}

export interface AdmissibleNormOptions {
  /** The recipe's. */
  readonly maximumNorm: number
  /** Local steps that this peer is to train. */
  readonly steps: number
  readonly replica: Replica
  readonly membership: Pick<Membership, 'alive' | 'get'>
  readonly interval: { steps(): number }
  readonly clock: Clock
}

/** @returns the bounds as of now, for an exchange with this partner */
export type AdmissibleNorm = (partner: PeerId) => NormBound

export function createAdmissibleNorm(options: AdmissibleNormOptions): AdmissibleNorm {
  const { maximumNorm, steps, replica, membership, interval, clock } = options
  const initial = norm(replica.parameters)
  let own = { norm: initial, version: replica.version, at: clock.now() }
  const byRecipe: NormBound = { most: maximumNorm, isFalse: () => false }

  /** A pass over all parameters, so not for every exchange. */
  function ownNorm(): number {
    if (own.version !== replica.version && clock.now() - own.at >= ANNOUNCE_INTERVAL_MS) {
      own = { norm: norm(replica.parameters), version: replica.version, at: clock.now() }
    }
    return own.norm
  }

  /** Whether this peer trains, or most of enough members say that they have data. */
  function trains(): boolean {
    if (steps > 0) return true
    const members = membership.alive()
    const withData = members.filter(({ announcement }) => announcement.hasData).length
    return members.length >= FEWEST_SKETCHES && 2 * withData > members.length
  }

  /** The norm that others explain: of few, the largest, because the only other one may be right. */
  function usualNorm(): number {
    const norms = membership.alive().map(({ announcement }) => norm(announcement.sketch))
    if (norms.length < FEWEST_SKETCHES) return Math.max(0, ...norms)
    return lowerMedianOf([ownNorm(), ...norms])
  }

  return partner => {
    if (!trains()) return byRecipe
    const isEarly = replica.age < EARLY_INTERVALS * interval.steps()
    const explained = Math.max(initial, ownNorm(), usualNorm())
    const derived = Math.max(LEAST_ADMISSIBLE_NORM, (isEarly ? EARLY_NORM_MARGIN : NORM_MARGIN) * explained)
    const announced = membership.get(partner)?.announcement.sketch
    if (derived >= maximumNorm) return byRecipe
    return {
      most: derived,
      accepting: "is explained by this peer's own and those of the others",
      isFalse: said =>
        announced !== undefined && said > FALSE_NORM_MARGIN * Math.max(LEAST_ADMISSIBLE_NORM, norm(announced)),
    }
  }
}
