/**
 * Ends what an interrupted exchange left open, at the next contact on any connection: each side names what it has
 * decided and what it holds in doubt, and both leave knowing the same. Repeating a settlement changes nothing.
 *
 * @packageDocumentation
 */

import { REPLY_TIMEOUT_MS } from './constants.ts'
import { withDeadline } from './deadline.ts'
import type { Exchange } from './exchange.ts'
import { receive, send } from './messages.ts'
import type { AbortOptions, Clock, FrameStream, PeerId } from './ports.ts'
import type { Replica } from './replica.ts'

export interface SettleOptions {
  readonly replica: Replica
  readonly exchange: Exchange
  readonly clock: Clock
}

export interface Settle {
  /** Whether anything stands open with this peer whose exchange is not still running. */
  outstanding(partner: PeerId): boolean
  /** Brings up what stands open with the peer at the other end. */
  ask(stream: FrameStream, options: AbortOptions): Promise<void>
  answer(stream: FrameStream, options: AbortOptions): Promise<void>
}

export function createSettle({ replica, exchange, clock }: SettleOptions): Settle {
  const { ledger } = replica

  const idle = (partner: PeerId) => (entry: { readonly id: string }) => !exchange.running(partner, entry.id)
  const patiently = <T>(options: AbortOptions, body: (options: AbortOptions) => Promise<T>) =>
    withDeadline(clock, REPLY_TIMEOUT_MS, 'the settlement', options, body)

  function apply(partner: PeerId, id: string): void {
    const doubt = ledger.resolve(partner, id)
    if (doubt !== undefined) replica.add(doubt.difference)
  }

  return {
    outstanding: partner => ledger.decisions(partner).some(idle(partner)) || ledger.doubts(partner).some(idle(partner)),

    async ask(stream, options) {
      const partner = stream.peer
      const decisions = ledger.decisions(partner).filter(idle(partner))
      const doubts = ledger.doubts(partner).filter(idle(partner))
      // What is told to the partner must survive a crash of this side first.
      await replica.persist()
      await patiently(options, async within => {
        await send(
          stream,
          { type: 'settle', decisions: decisions.map(entry => entry.id), doubts: doubts.map(entry => entry.id) },
          within,
        )
        const { done, committed } = await receive(stream, 'settled', within)
        for (const { id } of decisions) if (done.includes(id)) ledger.forget(partner, id)
        for (const { id } of doubts) {
          if (committed.includes(id)) apply(partner, id)
          else ledger.resolve(partner, id)
        }
        await replica.persist()
        await send(stream, { type: 'applied', done: committed }, within)
      })
    },

    async answer(stream, options) {
      const partner = stream.peer
      await patiently(options, async within => {
        const asked = await receive(stream, 'settle', within)
        for (const id of asked.decisions) apply(partner, id)
        const committed = asked.doubts.filter(id => ledger.decided(partner, id))
        // Presumed abort: what is not decided by now never will be, and the partner may drop it.
        for (const id of asked.doubts) if (!committed.includes(id)) exchange.abandon(partner, id)
        await replica.persist()
        await send(stream, { type: 'settled', done: asked.decisions, committed }, within)
        const { done } = await receive(stream, 'applied', within)
        for (const id of done) ledger.forget(partner, id)
      })
    },
  }
}
