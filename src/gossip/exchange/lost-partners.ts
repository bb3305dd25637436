import type { Lifetime } from '../lifetime.ts'
import { MEMBER_FORGOTTEN_MS } from '../membership/constants.ts'
import type { Membership } from '../membership/membership.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Ledger } from '../state/ledger.ts'

/** Drops what stands open with partners that have left for good: nobody will ever settle it. */
export interface LostPartners {
  /** This peer was in touch, whether or not an announcement of its was heard: it has not left. */
  contacted(peer: PeerId): void
  drop(): void
}

export interface LostPartnersOptions {
  readonly ledger: Ledger
  readonly engagements: Engagements
  readonly membership: Membership
  readonly lifetime: Lifetime
  readonly clock: Clock
}

export function createLostPartners(options: LostPartnersOptions): LostPartners {
  const { ledger, engagements, membership, lifetime, clock } = options
  /** Clock time at which those with whom something is open were last in touch. */
  const contacts = new Map<PeerId, number>()

  return {
    contacted: peer => void contacts.set(peer, clock.now()),
    drop() {
      for (const { partner } of [...ledger.decisions(), ...ledger.doubts()]) {
        const isSilent = clock.now() - (contacts.get(partner) ?? lifetime.startedAt) > MEMBER_FORGOTTEN_MS
        if (isSilent && membership.isGone(partner) && !engagements.engaged(partner)) ledger.drop(partner)
      }
      for (const peer of contacts.keys()) {
        if (!ledger.open(peer) && !engagements.engaged(peer)) contacts.delete(peer)
      }
    },
  }
}
