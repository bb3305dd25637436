/**
 * Whether others need this peer, and whether there are any: when it is alone, when it may leave after the seal, and how many have sealed
 * with it.
 *
 * @packageDocumentation
 */

import type { Membership } from '../membership/membership.ts'
import type { Clock, PeerId } from '../ports.ts'
import { SEAL_PATIENCE_MS } from '../seal/constants.ts'
import type { Sealing } from '../seal/seal.ts'
import { ALONE_GRACE_MS, RETURN_GRACE_MS } from './constants.ts'

export interface CompanyOptions {
  readonly clock: Clock
  readonly membership: Membership
  readonly sealing: Pick<Sealing, 'phase' | 'choice'>
  /** Whether it has something to agree on with others. */
  readonly seeksCompany: boolean
  /** Whether it remains after the seal, whoever needs it. */
  readonly stays: boolean
  /** Everybody that was met has been gone for a while, or nobody ever came. */
  readonly onAlone: () => void
}

export interface Company {
  /** The peer begins to look for others. */
  start(): void
  /** Somebody new was met. */
  met(): void
  /** Whether anybody was. */
  hasMet(): boolean
  /** Clock time at which somebody new was met last, or at which the peer began to look. */
  metAt(): number
  /** Looks again at who is there. */
  look(): void
  /** Members that have said that they chose what this peer has sealed, also those that have left since. */
  sealers(): number
  /** Whether nobody needs this peer any more after the seal. */
  dismissed(): boolean
}

export function createCompany(options: CompanyOptions): Company {
  const { clock, membership, sealing, seeksCompany, stays, onAlone } = options
  const resumedSealed = sealing.phase() === 'sealed'
  const sealers = new Set<PeerId>()
  let startedAt = clock.now()
  let met: number | undefined
  /** When this peer last had company. */
  let last: number | undefined
  let isAlone = false
  let sealedAt: number | undefined

  function lookAtSeal(): void {
    if (sealing.phase() !== 'sealed') {
      sealedAt = undefined
      sealers.clear()
      return
    }
    sealedAt ??= clock.now()
    const hash = sealing.choice()
    for (const { peer, announcement } of membership.alive()) if (announcement.choice === hash) sealers.add(peer)
  }

  /** Whoever has trained, and has had nobody to agree with for a while, will not agree with anybody. */
  function lookForOthers(): void {
    if (membership.alive().length > 0) last = clock.now()
    const phase = sealing.phase()
    if (isAlone || !seeksCompany || (phase !== 'averaging' && phase !== 'sealing')) return
    const grace = met === undefined ? ALONE_GRACE_MS : RETURN_GRACE_MS
    if (clock.now() - (last ?? startedAt) < grace) return
    isAlone = true
    onAlone()
  }

  return {
    start() {
      startedAt = clock.now()
    },
    met() {
      met = clock.now()
    },
    hasMet: () => met !== undefined,
    metAt: () => met ?? startedAt,
    look() {
      lookAtSeal()
      lookForOthers()
    },
    sealers: () => sealers.size,

    dismissed() {
      if (sealedAt === undefined || stays) return false
      const since = clock.now() - sealedAt
      // A peer that restarts already sealed may be the last holder of the vector that returning peers need.
      if ((met === undefined || resumedSealed) && since < ALONE_GRACE_MS) return false
      const hash = sealing.choice()
      const allSealed = membership
        .alive()
        .every(({ announcement: { phase, choice } }) => phase === 'sealed' && choice === hash)
      const patient = membership.vanished().length > 0 && since < RETURN_GRACE_MS
      // Whoever has not taken it by then does not want it, or cannot.
      return (allSealed || since >= SEAL_PATIENCE_MS) && !patient
    },
  }
}
