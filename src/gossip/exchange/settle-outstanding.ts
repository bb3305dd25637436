import type { Events } from '../events.ts'
import type { Membership } from '../membership/membership.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Conversations } from '../streams/conversations.ts'
import { MAX_SETTLE_ATTEMPTS, SETTLE_INTERVAL_MS } from './constants.ts'
import type { Settle } from './settlement.ts'

/** Brings up what stands open with living members again and again, until it is settled. */
export interface Settling {
  start(options: AbortOptions): void
  stop(): void
  /** Asks everybody with whom something stands open, once. */
  all(options: AbortOptions): Promise<void>
  /** Whether something stands open with a living member that may still settle it. */
  waits(): boolean
}

export interface SettlingOptions {
  readonly settle: Settle
  readonly engagements: Engagements
  readonly membership: Membership
  readonly conversations: Conversations
  readonly clock: Clock
  readonly events: Events
}

export function createSettling(options: SettlingOptions): Settling {
  const { settle, engagements, membership, conversations, clock, events } = options
  /** Settlements in a row that a peer has left unanswered. */
  const unanswered = new Map<PeerId, number>()
  /** Those who are asked just now: one that does not answer must not keep others waiting. */
  const asking = new Set<PeerId>()
  let cancel = () => {}

  async function settleWith(peer: PeerId, options: AbortOptions): Promise<void> {
    asking.add(peer)
    try {
      await conversations.talk(peer, 'settle', options, stream => settle.ask(stream, options))
      unanswered.delete(peer)
      events.emit('contact', {})
    } catch {
      unanswered.set(peer, (unanswered.get(peer) ?? 0) + 1)
    } finally {
      asking.delete(peer)
    }
  }

  async function all(options: AbortOptions): Promise<void> {
    const partners = membership.alive().filter(({ peer }) => engagements.outstanding(peer) && !asking.has(peer))
    await Promise.all(partners.map(({ peer }) => settleWith(peer, options)))
  }

  function start(options: AbortOptions): void {
    cancel = clock.after(SETTLE_INTERVAL_MS, () => {
      void all(options)
      start(options)
    })
  }

  return {
    start,
    stop: () => cancel(),
    all,
    waits: () =>
      membership
        .alive()
        .some(({ peer }) => engagements.outstanding(peer) && (unanswered.get(peer) ?? 0) < MAX_SETTLE_ATTEMPTS),
  }
}
