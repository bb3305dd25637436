/**
 * Ends what an interrupted exchange left open, at the next contact on any connection: each side names what it has
 * decided, what it holds in doubt and what it has given up, and both leave knowing the same. Repeating a settlement changes nothing.
 *
 * @packageDocumentation
 */

import { MAX_OPEN_WITH_ONE } from '../constants.ts'
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
import { SETTLE_INTERVAL_MS } from './constants.ts'
import type { LostPartners } from './lost-partners.ts'

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

/** An exchange, and so many of its frames. */
interface Outcome {
  readonly id: string
  readonly frames: number
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

  const beforeDeadline = <T>(options: AbortOptions, body: (options: AbortOptions) => Promise<T>) =>
    withDeadline(clock, REPLY_TIMEOUT_MS, 'the settlement', options, body)

  /** The entries of a partner whose exchanges have ended, as a message names them. */
  function idle<Entry extends { readonly id: string }>(partner: PeerId, entries: readonly Entry[]): readonly Entry[] {
    return entries.filter(({ id }) => !engagements.running(partner, id)).slice(0, MAX_OPEN_WITH_ONE)
  }

  const outcomesOf = (entries: readonly Outcome[]): Outcome[] => entries.map(({ id, frames }) => ({ id, frames }))

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

  /** The partner has applied what this peer has decided. */
  function forget(partner: PeerId, id: string): void {
    if (ledger.decided(partner, id) === 0) return
    replica.record({ type: 'closed', id, partner, side: 'initiator' })?.catch(said)
  }

  /** The partner has given this peer's exchange up after so many frames. Once: then there is no record of it any more. */
  function takeBack(partner: PeerId, { id, frames }: Outcome): void {
    // It may go on here, and must decide nothing more.
    engagements.abandon(partner, id)
    if (ledger.decided(partner, id) === 0) return
    replica.record({ type: 'returned', id, partner, frames })?.catch(said)
  }

  /** The partner knows of everything that is named here, and has nothing of it open. */
  function close(partner: PeerId, ids: readonly string[]): void {
    for (const id of ids) {
      forget(partner, id)
      if (ledger.isAborted(partner, id)) replica.record({ type: 'closed', id, partner, side: 'responder' })?.catch(said)
    }
  }

  return {
    async ask(stream, options) {
      const partner = stream.peer
      const decisions = outcomesOf(idle(partner, ledger.decisions(partner)))
      const doubts = [...new Set(idle(partner, ledger.doubts(partner)).map(({ id }) => id))]
      const aborts = outcomesOf(idle(partner, ledger.aborts(partner)))
      // What the partner is told must survive a crash of this side first.
      await replica.flushed()
      await beforeDeadline(options, async within => {
        await send(stream, { type: 'settle', decisions, doubts, aborts }, within)
        const settled = await receive(stream, 'settled', within)
        const returned = settled.aborts.filter(({ id }) => decisions.some(decision => decision.id === id))
        for (const outcome of returned) takeBack(partner, outcome)
        const named = [...decisions, ...aborts].map(({ id }) => id)
        close(
          partner,
          named.filter(id => settled.done.includes(id)),
        )
        for (const id of doubts) conclude(partner, id, settled.decided.find(outcome => outcome.id === id)?.frames ?? 0)
        // One that was given up while this was asked is not applied; the next settlement says so.
        const done = [...doubts.filter(id => !ledger.isAborted(partner, id)), ...returned.map(({ id }) => id)]
        await replica.flushed()
        await send(stream, { type: 'applied', done }, within)
        const asked = new Set([...named, ...doubts])
        const lost = settled.lost?.filter(id => asked.has(id)) ?? []
        tellLost(lost.length, `peer ${partner} has lost a part of its state`)
      })
    },

    async answer(stream, options) {
      const partner = stream.peer
      await beforeDeadline(options, async within => {
        const asked = await receive(stream, 'settle', within)
        const lost = lostOf(partner, [...[...asked.decisions, ...asked.aborts].map(({ id }) => id), ...asked.doubts])
        for (const outcome of asked.aborts) takeBack(partner, outcome)
        for (const { id, frames } of asked.decisions) conclude(partner, id, frames)
        // Presumed abort: what is not decided by now never will be, and the partner may drop it.
        for (const id of asked.doubts) engagements.abandon(partner, id)
        const decided = asked.doubts
          .map(id => ({ id, frames: ledger.decided(partner, id) }))
          .filter(({ frames }) => frames > 0)
        const aborts = outcomesOf(ledger.aborts(partner).filter(({ id }) => asked.decisions.some(one => one.id === id)))
        const done = [...asked.decisions, ...asked.aborts]
          .map(({ id }) => id)
          .filter(id => !aborts.some(abort => abort.id === id))
        await replica.flushed()
        const answer = { type: 'settled' as const, done, decided, aborts }
        await send(stream, lost.length > 0 ? { ...answer, lost: [...lost] } : answer, within)
        told.add(partner)
        tellLost(lost.length, `what was exchanged with ${partner} went with a damaged file of this peer's state`)
        const applied = await receive(stream, 'applied', within)
        const answered = new Set([...decided, ...aborts].map(({ id }) => id))
        close(
          partner,
          applied.done.filter(id => answered.has(id)),
        )
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
  readonly lostPartners: LostPartners
  readonly clock: Clock
  readonly events: Events
}

export function createSettlement(options: SettlementOptions): Settlement {
  const { settlementProtocol, engagements, membership, conversations, lostPartners, clock, events } = options
  /** Peers that are asked just now: one that does not answer must not keep others waiting. */
  const asking = new Set<PeerId>()
  let cancel = () => {}

  async function settleWith(peer: PeerId, options: AbortOptions): Promise<void> {
    asking.add(peer)
    const began = clock.now()
    let reached = false
    try {
      await conversations.talk(peer, 'settle', options, async stream => {
        reached = true
        await settlementProtocol.ask(stream, options)
      })
      events.emit('contact', {})
    } catch {
      // Whatever it was, what stands open still does.
    } finally {
      asking.delete(peer)
      if (engagements.outstanding(peer)) lostPartners.unsettled(peer, began, reached)
      else lostPartners.settled(peer)
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
    waits: () => membership.alive().some(({ peer }) => engagements.outstanding(peer) && lostPartners.isAwaited(peer)),
  }
}
