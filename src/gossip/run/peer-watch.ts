/**
 * Whether others need this peer, and whether there are any: when it is alone, when it may leave after the seal, and how many have sealed
 * with it.
 *
 * @packageDocumentation
 */

import type { Events } from '../events.ts'
import type { Lifetime } from '../lifetime.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Choice } from '../seal/choice.ts'
import { SEAL_TIMEOUT_MS, STRANGER_PATIENCE_MS } from '../seal/constants.ts'
import { ALONE_GRACE_MS, RETURN_GRACE_MS } from './constants.ts'

export interface PeerWatchOptions {
  readonly clock: Clock
  readonly membership: Membership
  readonly activeMembers: Pick<ActiveMembers, 'isGivenUp' | 'overdue'>
  readonly phase: PeerPhase
  readonly choice: Pick<Choice, 'hash'>
  readonly lifetime: Lifetime
  /** Whether this peer averages with others at all. */
  readonly averages: boolean
  /** Local steps that it is to train: with 0 it has nothing to agree on with others. */
  readonly steps: number
  /** Whether it remains after the seal, needed or not. */
  readonly stays: boolean
  readonly events: Pick<Events, 'emit'>
}

export interface PeerWatch {
  /** Somebody new was met. */
  met(): void
  /** Whether anybody was. */
  hasMet(): boolean
  /** Clock time at which somebody new was met last, or at which the peer began to look. */
  metAt(): number
  /** Looks again at the members. */
  look(): void
  /** Members that have said that they chose what this peer has sealed, also those that have left since. */
  sealers(): number
  /** Those of them that are there no longer. */
  wentSealed(): number
  /** Whether nobody needs this peer any more after the seal. */
  dismissed(): boolean
}

export function createPeerWatch(options: PeerWatchOptions): PeerWatch {
  const { clock, membership, activeMembers, phase, choice, lifetime, averages, steps, stays, events } = options
  const resumedSealed = phase.now() === 'sealed'
  const sealers = new Set<PeerId>()
  let met: number | undefined
  /** When another member was last alive. */
  let lastPeerSeenAt: number | undefined
  let isAlone = false
  let sealedAt: number | undefined

  function lookAtSeal(): void {
    if (phase.now() !== 'sealed') {
      sealedAt = undefined
      sealers.clear()
      return
    }
    sealedAt ??= clock.now()
    const hash = choice.hash()
    for (const { peer, announcement } of membership.alive()) if (announcement.choice === hash) sealers.add(peer)
  }

  /** A peer that has trained, and has had nobody to agree with for a while, will not agree with anybody. */
  function lookForOthers(): void {
    if (membership.alive().some(({ peer }) => !activeMembers.isGivenUp(peer))) lastPeerSeenAt = clock.now()
    const now = phase.now()
    if (isAlone || !averages || steps === 0 || (now !== 'averaging' && now !== 'sealing')) return
    const grace = met === undefined ? ALONE_GRACE_MS : RETURN_GRACE_MS
    if (clock.now() - (lastPeerSeenAt ?? lifetime.startedAt) < grace) return
    isAlone = true
    events.emit('alone', {})
  }

  return {
    met() {
      met = clock.now()
    },
    hasMet: () => met !== undefined,
    metAt: () => met ?? lifetime.startedAt,
    look() {
      lookAtSeal()
      lookForOthers()
    },
    sealers: () => sealers.size,
    wentSealed() {
      const there = new Set(membership.alive().map(({ peer }) => peer))
      return [...sealers].filter(peer => !there.has(peer)).length
    },

    dismissed() {
      if (sealedAt === undefined || stays) return false
      const since = clock.now() - sealedAt
      // A peer that restarts already sealed may be the last holder of the vector that returning peers need.
      if ((met === undefined || resumedSealed) && since < ALONE_GRACE_MS) return false
      const hash = choice.hash()
      const overdue = new Set(activeMembers.overdue())
      // Whoever has sealed something else, refuses this, or trains on, and has not changed its mind by now does not come for it.
      const isServed = ({ peer, announcement: { phase, choice: chosen, refuses } }: Member) =>
        (phase === 'sealed' && chosen === hash) ||
        ((phase === 'sealed' || refuses === hash || overdue.has(peer)) && since >= STRANGER_PATIENCE_MS)
      const allSealed = membership.alive().every(member => activeMembers.isGivenUp(member.peer) || isServed(member))
      const mayReturn = membership.vanished().length > 0 && since < RETURN_GRACE_MS
      // A member that has not taken it by then does not want it, or cannot.
      return (allSealed || since >= SEAL_TIMEOUT_MS) && !mayReturn
    },
  }
}
