/**
 * How far each partner may still move this peer: while the swarm trains, by so much for every interval; and once this peer has trained, all
 * together by a few times what was usual at its last step. A partner has that back once, as far as it has shared of the movement: whoever takes
 * its half of every merge, as exchanges ask for, comes twice as far as one that only pulls.
 *
 * @packageDocumentation
 */

import { createInfluence } from '../../averaging/influence.ts'
import type { Membership } from '../membership/membership.ts'
import type { Neighbourhood } from '../membership/neighbourhood.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import {
  ACCOUNT_DEPTH,
  ACCOUNT_INCOME,
  END_ACCOUNT,
  END_ACCOUNT_IN_STEP,
  END_REFILL_MS,
  LEAST_SHARE,
} from './constants.ts'

/** Lengths are in usual distances. */
export interface Accounts {
  /** Looks at how far the swarm has trained since the last time. @param weight of an exchange */
  fill(weight: number): void
  /** At least 0. */
  left(partner: PeerId): number
  /** What was merged of an exchange with this partner has moved this peer so far. */
  moved(partner: PeerId, length: number): void
  /** The two meet again, and it has come so far towards this peer since the last time. */
  shared(partner: PeerId, length: number): void
  /** All that it has moved this peer by since training ended, and what it has shared of that. */
  sinceEnd(partner: PeerId): Moved
  /** Whether what is left is not worth an exchange, and nothing can be given back at the next one. */
  isSpent(partner: PeerId): boolean
  /** A member that was gone is there again. */
  returned(partner: PeerId): void
}

/** In usual distances. */
export interface Moved {
  readonly by: number
  readonly shared: number
}

const UNMOVED: Moved = { by: 0, shared: 0 }

export interface AccountsOptions {
  readonly self: PeerId
  /** Whether everybody averages with all neighbours at once. */
  readonly inRounds: boolean
  readonly replica: Pick<Replica, 'age'>
  readonly interval: { steps(): number }
  readonly phase: Pick<PeerPhase, 'now'>
  readonly membership: Pick<Membership, 'size'>
  readonly neighbourhood: Pick<Neighbourhood, 'degree'>
  readonly clock: Pick<Clock, 'now'>
  /** With how many this peer has averaged that are not gone for good. */
  readonly partners: () => number
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { self, inRounds, replica, interval, phase, membership, neighbourhood, clock } = options
  /** In usual distances while this peer trains; afterwards in shares of {@link endAccount}. */
  const influence = createInfluence<PeerId>()
  let [age, filledAt] = [replica.age, clock.now()]
  let isOver = false
  /** How much of its share everybody had when training ended: whoever trains again, and ends again, has less every time. */
  let atEnd = 2
  const movedAtEnd = new Map<PeerId, Moved>()
  /** What each has moved this peer by since the two met last. */
  const unanswered = new Map<PeerId, number>()

  /**
   * What this partner alone may move this peer by once it trains no more. Where one of the two has few others, more of what those have learned
   * comes by the other.
   */
  function endAccount(partner: PeerId): number {
    const ways = Math.min(neighbourhood.degree(self), neighbourhood.degree(partner))
    const together = inRounds ? END_ACCOUNT_IN_STEP : END_ACCOUNT
    return (together / ways) * Math.max(1, membership.size() / ways)
  }

  const unitOf = (partner: PeerId) => (isOver ? endAccount(partner) : 1)

  return {
    fill(weight) {
      const isTraining = phase.now() === 'training'
      if (isOver === isTraining) {
        isOver = !isTraining
        if (isOver) {
          atEnd /= 2
          influence.once(atEnd)
          movedAtEnd.clear()
          unanswered.clear()
        }
      }
      // In pairs an interval asks for two meetings, its own and another's; in step for one with everybody.
      const meetings = inRounds ? 1 : 2 / Math.max(1, options.partners())
      const trained = (ACCOUNT_INCOME * weight * meetings * Math.max(0, replica.age - age)) / interval.steps()
      if (isOver) influence.earned((atEnd * (clock.now() - filledAt)) / END_REFILL_MS, atEnd)
      else influence.earned(trained, ACCOUNT_DEPTH * weight)
      age = replica.age
      filledAt = clock.now()
    },
    // Two merges at once may have overdrawn it.
    left: partner => Math.max(0, influence.left(partner)) * unitOf(partner),
    moved(partner, length) {
      influence.moved(partner, length / unitOf(partner))
      if (!isOver || length === 0) return
      const { by, shared } = movedAtEnd.get(partner) ?? UNMOVED
      movedAtEnd.set(partner, { by: by + length, shared })
      unanswered.set(partner, (unanswered.get(partner) ?? 0) + length)
    },
    shared(partner, length) {
      const { by, shared } = movedAtEnd.get(partner) ?? UNMOVED
      // One that follows the others wherever it draws them shares as well: so once more its share, and no more.
      const back = Math.min(length, unanswered.get(partner) ?? 0, atEnd * unitOf(partner) - shared)
      unanswered.delete(partner)
      if (!isOver || back <= 0) return
      influence.moved(partner, -back / unitOf(partner))
      movedAtEnd.set(partner, { by, shared: shared + back })
    },
    sinceEnd: partner => movedAtEnd.get(partner) ?? UNMOVED,
    isSpent: partner => !unanswered.has(partner) && influence.left(partner) < LEAST_SHARE * (isOver ? atEnd : 1),
    returned(partner) {
      if (isOver) influence.returned(partner)
    },
  }
}
