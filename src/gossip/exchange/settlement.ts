/**
 * Ends what an interrupted exchange left open, at the next contact on any connection: each side names what it has
 * decided and what it holds in doubt, and both leave knowing the same. Repeating a settlement changes nothing.
 *
 * @packageDocumentation
 */

import type { Events } from '../events.ts'
import type { Membership } from '../membership/membership.ts'
import type { AbortOptions, Clock, FrameStream, PeerId } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Incarnation } from '../state/incarnation.ts'
import type { Replica } from '../state/replica.ts'
import { REPLY_TIMEOUT_MS } from '../streams/constants.ts'
import type { Conversations } from '../streams/conversations.ts'
import { receive, send } from '../streams/messages.ts'
import { withDeadline } from '../waiting/deadline.ts'
import { MAX_SETTLE_ATTEMPTS, SETTLE_INTERVAL_MS } from './constants.ts'

export interface SettlementProtocolOptions {
  readonly replica: Replica
  readonly engagements: Engagements
  readonly incarnation: Pick<Incarnation, 'lostExchanges'>
  readonly clock: Clock
  readonly events: Pick<Events, 'emit'>
  /** Some of an exchange was added on this side. */
  readonly onApplied: (partner: PeerId) => void
}

export interface SettlementProtocol {
  /** Brings up what stands open with the peer at the other end. */
  ask(stream: FrameStream, options: AbortOptions): Promise<void>
  answer(stream: FrameStream, options: AbortOptions): Promise<void>
}

export function createSettlementProtocol({
  replica,
  engagements,
  incarnation,
  clock,
  events,
  onApplied,
}: SettlementProtocolOptions): SettlementProtocol {
  const { ledger } = replica
  /** Partners that were told what this peer has lost: what they ask about later it would know. */
  const told = new Set<PeerId>()

  const idle = (partner: PeerId) => (entry: { readonly id: string }) => !engagements.running(partner, entry.id)
  const beforeDeadline = <T>(options: AbortOptions, body: (options: AbortOptions) => Promise<T>) =>
    withDeadline(clock, REPLY_TIMEOUT_MS, 'the settlement', options, body)

  /** The partner has decided so many frames of its exchange, and will decide no more. */
  function conclude(partner: PeerId, id: string, frames: number): void {
    engagements.abandon(partner, id)
    if (!ledger.doubts(partner).some(doubt => doubt.id === id)) return
    if (frames > 0) {
      replica.record({ type: 'applied', id, partner, frames })?.catch(said)
      onApplied(partner)
    }
    replica.record({ type: 'closed', id, partner, side: 'responder' })?.catch(said)
  }

  /** Of what the partner asks about, all that this peer may have known before a damaged file took it. */
  function lostOf(partner: PeerId, ids: readonly string[]): readonly string[] {
    if (!incarnation.lostExchanges || told.has(partner)) return []
    const known = new Set([...ledger.decisions(partner), ...ledger.doubts(partner)].map(({ id }) => id))
    return ids.filter(id => !known.has(id) && !engagements.running(partner, id))
  }

  /** Neither side can make up for it: what stood open is dropped by both, and counted. */
  function tellLost(lost: number, whose: string): void {
    if (lost === 0) return
    const exchanges = lost === 1 ? 'an exchange that stood open is' : `${lost} exchanges that stood open are`
    events.emit('warning', { message: `${whose}: ${exchanges} dropped on both sides` })
  }

  function forget(partner: PeerId, id: string): void {
    if (ledger.decided(partner, id) === 0) return
    replica.record({ type: 'closed', id, partner, side: 'initiator' })?.catch(said)
  }

  return {
    async ask(stream, options) {
      const partner = stream.peer
      const decisions = ledger.decisions(partner).filter(idle(partner))
      const doubts = [
        ...new Set(
          ledger
            .doubts(partner)
            .filter(idle(partner))
            .map(({ id }) => id),
        ),
      ]
      // The decisions that the partner is told must survive a crash of this side first.
      await replica.flushed()
      await beforeDeadline(options, async within => {
        const outcomes = decisions.map(({ id, frames }) => ({ id, frames }))
        await send(stream, { type: 'settle', decisions: outcomes, doubts }, within)
        const { done, decided, lost = [] } = await receive(stream, 'settled', within)
        for (const { id } of decisions) if (done.includes(id)) forget(partner, id)
        for (const id of doubts) conclude(partner, id, decided.find(outcome => outcome.id === id)?.frames ?? 0)
        await replica.flushed()
        await send(stream, { type: 'applied', done: decided.map(({ id }) => id) }, within)
        const asked = new Set([...decisions.map(({ id }) => id), ...doubts])
        tellLost(lost.filter(id => asked.has(id)).length, `peer ${partner} has lost a part of its state`)
      })
    },

    async answer(stream, options) {
      const partner = stream.peer
      await beforeDeadline(options, async within => {
        const asked = await receive(stream, 'settle', within)
        const lost = lostOf(partner, [...asked.decisions.map(({ id }) => id), ...asked.doubts])
        for (const { id, frames } of asked.decisions) conclude(partner, id, frames)
        // Presumed abort: what is not decided by now never will be, and the partner may drop it.
        for (const id of asked.doubts) engagements.abandon(partner, id)
        const decided = asked.doubts
          .map(id => ({ id, frames: ledger.decided(partner, id) }))
          .filter(({ frames }) => frames > 0)
        await replica.flushed()
        const done = asked.decisions.map(({ id }) => id)
        await send(stream, { type: 'settled', done, decided, ...(lost.length > 0 && { lost: [...lost] }) }, within)
        told.add(partner)
        tellLost(lost.length, `what was exchanged with ${partner} went with a damaged file of this peer's state`)
        const applied = await receive(stream, 'applied', within)
        for (const id of applied.done) forget(partner, id)
      })
    },
  }
}

/** A journal that cannot be written ends the peer, and has said so. */
function said(): void {}

/** Brings up what stands open with living members again and again, until it is settled. */
export interface Settlement {
  start(options: AbortOptions): void
  stop(): void
  /** Asks everybody with whom something stands open, once. */
  all(options: AbortOptions): Promise<void>
  /** Whether something stands open with a living member that may still settle it. */
  waits(): boolean
}

export interface SettlementOptions {
  readonly settlementProtocol: SettlementProtocol
  readonly engagements: Engagements
  readonly membership: Membership
  readonly conversations: Conversations
  readonly clock: Clock
  readonly events: Events
}

export function createSettlement(options: SettlementOptions): Settlement {
  const { settlementProtocol, engagements, membership, conversations, clock, events } = options
  /** Settlements in a row that a peer has left unanswered. */
  const unanswered = new Map<PeerId, number>()
  /** Peers that are asked just now: one that does not answer must not keep others waiting. */
  const asking = new Set<PeerId>()
  let cancel = () => {}

  async function settleWith(peer: PeerId, options: AbortOptions): Promise<void> {
    asking.add(peer)
    try {
      await conversations.talk(peer, 'settle', options, stream => settlementProtocol.ask(stream, options))
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
