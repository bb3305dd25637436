import { WINDOW_FRAMES } from '../constants.ts'
import type { Lifetime } from '../lifetime.ts'
import { MEMBER_FORGOTTEN_MS } from '../membership/constants.ts'
import type { Membership } from '../membership/membership.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { HeldExchange } from '../state/ledger.ts'
import type { Replica } from '../state/replica.ts'
import { FEWEST_SETTLE_ATTEMPTS, MAX_HELD_FRAMES, MAX_SETTLE_ATTEMPTS, SETTLE_PATIENCE_MS } from './constants.ts'

/**
 * How long this peer holds on to what stands open with others. One that has left for good takes it along. One that lives and settles
 * nothing is given up: what it left in doubt is dropped, and it is told so whenever it is reached. Nobody's open exchanges keep this peer
 * from exchanging with others, and all of them together take no more than a bounded memory.
 */
export interface LostPartners {
  /** This peer was in touch, whether or not an announcement of its was heard: it has not left. */
  contacted(peer: PeerId): void
  /** A settlement that began at this clock time has left something open with this peer; whether it was reached at all. */
  unsettled(peer: PeerId, began: number, reached: boolean): void
  /** Nothing is open with it any more. */
  settled(peer: PeerId): void
  /** Whether it may still settle what is open before long, so that others can wait for that. */
  isAwaited(peer: PeerId): boolean
  /** Gives up what takes memory beyond the bound, if another exchange began now. */
  makeRoom(): void
  /** Moves time on. */
  drop(): void
}

export interface LostPartnersOptions {
  readonly replica: Replica
  readonly engagements: Engagements
  readonly membership: Membership
  readonly lifetime: Lifetime
  readonly clock: Clock
}

/** Settlements with a peer since anything of them was last settled. */
interface Attempts {
  /** Clock time at which the first began. */
  readonly since: number
  failed: number
  /** Of these, on a stream that was open. */
  reached: number
}

export function createLostPartners(options: LostPartnersOptions): LostPartners {
  const { replica, engagements, membership, lifetime, clock } = options
  const { ledger } = replica
  /** Clock time at which those with whom something is open were last in touch. */
  const contacts = new Map<PeerId, number>()
  const attempts = new Map<PeerId, Attempts>()

  const failures = (peer: PeerId) => attempts.get(peer)?.failed ?? 0
  const hasBeenOpenFor = (peer: PeerId) => clock.now() - (attempts.get(peer)?.since ?? clock.now())

  /** One that can be reached, or says that it is there, and settles nothing. */
  function isGivenUp(peer: PeerId): boolean {
    const reached = attempts.get(peer)?.reached ?? 0
    if (reached >= MAX_SETTLE_ATTEMPTS) return true
    return hasBeenOpenFor(peer) > (reached >= FEWEST_SETTLE_ATTEMPTS ? SETTLE_PATIENCE_MS : MEMBER_FORGOTTEN_MS)
  }

  /**
   * As the responder, this peer drops what is in doubt, and remembers that it did. As the initiator it keeps its decision, which takes next to
   * no memory, and what it has added for good: only where the other has given the exchange up as well is it missing there.
   */
  function giveUp({ partner, id, side }: Pick<HeldExchange, 'partner' | 'id' | 'side'>): void {
    if (side === 'initiator') {
      ledger.keepForGood(partner, id)
      return
    }
    const [first] = ledger.doubts(partner).filter(doubt => doubt.id === id)
    if (first !== undefined) replica.record({ type: 'aborted', id, partner, frames: first.frame })?.catch(() => {})
  }

  const idle = () => ledger.held().filter(({ partner, id }) => !engagements.running(partner, id))

  return {
    contacted: peer => void contacts.set(peer, clock.now()),
    unsettled(peer, began, reached) {
      const before = attempts.get(peer) ?? { since: began, failed: 0, reached: 0 }
      attempts.set(peer, { ...before, failed: before.failed + 1, reached: before.reached + (reached ? 1 : 0) })
      if (!isGivenUp(peer)) return
      // What was added as the initiator is kept while there is room: the other side may be about to give up too.
      for (const one of idle()) if (one.partner === peer && one.side === 'responder') giveUp(one)
    },
    settled: peer => void attempts.delete(peer),
    isAwaited: peer => failures(peer) < MAX_SETTLE_ATTEMPTS && hasBeenOpenFor(peer) <= SETTLE_PATIENCE_MS,
    makeRoom() {
      const held = idle().filter(({ frames }) => frames > 0)
      let frames = held.reduce((sum, one) => sum + one.frames, 0)
      // The oldest first among those whose partners have failed as often.
      for (const one of held.toSorted((a, b) => failures(b.partner) - failures(a.partner))) {
        if (frames <= MAX_HELD_FRAMES - WINDOW_FRAMES) return
        frames -= one.frames
        giveUp(one)
      }
    },
    drop() {
      const open = ledger.durable()
      for (const { partner } of [...open.decisions, ...open.doubts, ...(open.aborts ?? [])]) {
        const isSilent = clock.now() - (contacts.get(partner) ?? lifetime.startedAt) > MEMBER_FORGOTTEN_MS
        if (isSilent && membership.isGone(partner) && !engagements.engaged(partner)) ledger.drop(partner)
      }
      for (const peer of [...contacts.keys(), ...attempts.keys()]) {
        if (ledger.open(peer) || engagements.engaged(peer)) continue
        contacts.delete(peer)
        attempts.delete(peer)
      }
    },
  }
}
