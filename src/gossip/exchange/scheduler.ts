/**
 * How this peer averages with others while it lives: whom it exchanges with and when, in pairs or in step, and what is told
 * of it.
 *
 * @packageDocumentation
 */

import { dealFragment, fragmentBounds, isFragment } from '../../averaging/fragments.ts'
import type { LiveForm } from '../../averaging/live-form.ts'
import type { Range } from '../../parameters/range.ts'
import { type Codings, isWhole } from '../coding/codings.ts'
import { RefusedError } from '../errors.ts'
import type { Emit, ExchangeOutcome } from '../events.ts'
import type { Partners } from '../membership/partners.ts'
import { createLateness, type Lateness } from '../pace/lateness.ts'
import type { Patience } from '../pace/timeouts.ts'
import type { AbortOptions, Clock, PeerId, Random } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import type { Conversations } from '../streams/conversations.ts'
import { CROSSED, createExchange, type Exchange, type Initiation, type Terms } from './exchange.ts'
import type { BeginExchange, Meeting, MeetingResult } from './meeting.ts'
import { createPairs } from './pairs.ts'
import { createRounds } from './rounds.ts'

export interface AveragingOptions {
  readonly self: PeerId
  readonly replica: Replica
  readonly clock: Clock
  readonly random: Random
  readonly conversations: Conversations
  readonly partners: Partners
  readonly patience: Patience
  readonly codings: Codings
  readonly maximumNorm: number
  /** How exchanges carry out the recipe's rule. */
  readonly rule: LiveForm
  /** Into how many fragments the parameters are cut, of which an exchange carries one. */
  readonly fragments: number
  /** How the next exchange travels. */
  readonly codec: () => string
  readonly accepts: (codec: string) => boolean
  readonly nextId: () => string
  /** Whether this peer takes part in exchanges now; why not, where it does not. */
  readonly closed: () => string | undefined
  readonly behind: (age: number) => boolean
  /** How much this peer's parameters count. */
  readonly voice: number
  /** Whether this peer trains no more for its own sake; and hears that of a partner. */
  readonly done: () => boolean
  readonly partnerSaid: (partner: PeerId, done: boolean) => void
  /** What an interval takes a partner, by its own account, in milliseconds. */
  readonly interval: (partner: PeerId) => number | undefined
  /** Whether this peer, which has done its own steps, trains on for the sake of that one. */
  readonly trainsOnFor: (peer: PeerId) => boolean
  /** Whether this peer trains, so that it can be met only between two intervals. */
  readonly trains: () => boolean
  /** Whether something is open with a peer whose exchange has ended. */
  readonly outstanding: (peer: PeerId) => boolean
  /** What was begun is finished while this is not aborted, even while nothing new is begun. */
  readonly end: AbortOptions
  readonly emit: Emit
  /** Hears that some of an exchange was added on this side: from now on this peer's parameters count like everyone's. */
  readonly established: () => void
  /** Hears that an exchange which this peer began was added on both sides, how many bytes it carried, and how long that took. */
  readonly averaged: (exchange: { bytes: number; milliseconds: number; roundTrip: number }) => void
  /** Hears that all of an exchange was added on this side; in step, all of a round. */
  readonly completed: () => void
  /** Hears that an exchange has ended, whatever became of it. */
  readonly ended: () => void
}

export interface Averaging {
  readonly exchange: Exchange
  /** For whom this peer waits. */
  readonly lateness: Lateness
  /** Some of an exchange with this peer was added on this side, by a settlement. */
  settled(partner: PeerId): void
  /** Averages once, with one partner or with all of a round, if there is somebody to average with. */
  once(options: AbortOptions): Promise<MeetingResult>
}

export function createAveraging(options: AveragingOptions): Averaging {
  const { self, replica, clock, random, partners, conversations, end } = options
  const { schedule, share } = options.rule
  const inRounds = schedule === 'rounds'
  const { length } = replica.parameters
  const lateness = createLateness(options.interval, options.trains)
  const meeting = inRounds ? createOwnRounds() : createOwnPairs()
  const exchange = createExchange({
    ...options,
    inRounds,
    share,
    terms: (partner, round, abort) => meeting.terms(partner, round, abort),
    completed(partner, { terms, part, codec, milliseconds }) {
      lateness.flowed(partner, milliseconds)
      const whole = part.first === 0 && part.end === length && isWhole(codec)
      replica.contribution.exchanged(partner, whole ? terms.steps : undefined, options.trains())
      if (!inRounds) options.completed()
    },
    averages: ({ first, end }) => isFragment(length, inRounds ? 1 : options.fragments, first, end),
    applied,
  })

  function applied(partner: PeerId, terms?: Terms): void {
    options.established()
    meeting.applied(partner, terms)
  }

  const deck: number[] = []
  function nextPart(): Range {
    // In step, all links of a round are about the same elements.
    if (inRounds || options.fragments === 1) return { first: 0, end: length }
    const [first, stop] = fragmentBounds(length, options.fragments, dealFragment(deck, options.fragments, random))
    return { first, end: stop }
  }

  async function exchangeWith(...[partner, terms, { round, withdraw }]: Parameters<BeginExchange>): Promise<boolean> {
    const began = clock.now()
    const codec = options.codec()
    let agreed = began
    let roundTrip = 0
    let bytes = 0
    let settled = 0
    let outcome: ExchangeOutcome = 'averaged'
    try {
      await conversations.talk(partner, 'exchange', end, async stream => {
        const initiation: Initiation = {
          part: nextPart(),
          codec,
          terms,
          round,
          withdraw,
          answered(milliseconds) {
            roundTrip = milliseconds
            agreed = clock.now()
          },
          settled() {
            settled++
          },
        }
        await exchange.initiate(stream, initiation, end).finally(() => {
          bytes = stream.traffic.bytesIn + stream.traffic.bytesOut
        })
      })
      // Without the answer, which the partner gives when its interval has ended.
      options.averaged({ bytes, milliseconds: clock.now() - agreed, roundTrip })
    } catch (error) {
      // The other one's goes through in its place, or nobody wants it any more.
      const needless = (error instanceof RefusedError && error.reason === CROSSED) || withdraw.aborted
      if (needless && settled === 0 && !options.outstanding(partner)) return false
      partners.backOff(partner)
      if (options.outstanding(partner)) outcome = 'unsettled'
      else if (settled > 0) outcome = 'shortened'
      else outcome = error instanceof RefusedError ? 'refused' : 'failed'
    }
    options.emit('exchange', { peer: partner, bytes, seconds: (clock.now() - began) / 1_000, outcome, codec })
    options.ended()
    // What a link has averaged once must not be averaged again from the same snapshots.
    return outcome === 'averaged' || outcome === 'shortened' || outcome === 'unsettled'
  }

  function createOwnRounds(): Meeting {
    return createRounds({
      self,
      replica,
      clock,
      lateness,
      neighbours: round => partners.neighbours(round),
      willing: peer => partners.willing(peer),
      engaged: peer => exchange.engaged(peer) || options.outstanding(peer),
      trainsOnFor: options.trainsOnFor,
      averages: () => options.closed() === undefined,
      exchange: exchangeWith,
    })
  }

  function createOwnPairs(): Meeting {
    return createPairs({
      replica,
      clock,
      lateness,
      weight: () => exchange.ownShare(),
      next: preferred => partners.next(preferred),
      averages: () => options.closed() === undefined,
      busy: () => exchange.active() > 0,
      always: () => !options.trains(),
      mayBegin: () => !replica.ledger.full(exchange.running),
      exchange: exchangeWith,
    })
  }

  return {
    exchange,
    lateness,
    settled: applied,
    async once(abort) {
      const result = await meeting.average(abort)
      if (options.trains()) replica.contribution.asked(result.asked)
      if (inRounds) options.completed()
      return result
    },
  }
}
