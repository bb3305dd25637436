/**
 * How this peer averages with others while it lives: whom it exchanges with and when, in pairs or in step, and what is told
 * of it.
 *
 * @packageDocumentation
 */

import { dealFragment, fragmentBounds, isFragment } from '../averaging/fragments.ts'
import type { Codings } from './coding/codings.ts'
import { MAX_BEGUN_EXCHANGES } from './constants.ts'
import type { Conversations } from './conversations.ts'
import { RefusedError } from './errors.ts'
import type { Emit, ExchangeOutcome } from './events.ts'
import { createExchange, type Exchange, type Initiation } from './exchange.ts'
import type { Interval } from './interval.ts'
import type { Part } from './part.ts'
import type { Partners } from './partners.ts'
import type { Patience } from './patience.ts'
import type { AbortOptions, Clock, PeerId, Random } from './ports.ts'
import type { Replica } from './replica.ts'
import { createRounds, PASSED, type Rounds } from './rounds.ts'

export interface AveragingOptions {
  readonly self: PeerId
  readonly replica: Replica
  readonly clock: Clock
  readonly random: Random
  readonly conversations: Conversations
  readonly partners: Partners
  readonly patience: Patience
  readonly codings: Codings
  readonly interval: Interval
  readonly maximumNorm: number
  /** Whether everybody averages with all its neighbours in step. */
  readonly inRounds: boolean
  /** Into how many fragments the parameters are cut, of which an exchange carries one. */
  readonly fragments: number
  /** How the next exchange travels. */
  readonly codec: () => string
  readonly accepts: (codec: string) => boolean
  readonly nextId: () => string
  /** Whether this peer takes part in exchanges now; why not, where it does not. */
  readonly closed: () => string | undefined
  readonly behind: (age: number) => boolean
  /** When somebody new was met last. */
  readonly met: () => number | undefined
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
  /** Some of an exchange with this peer was added on this side, by its own course or by a settlement. */
  applied(partner: PeerId): void
  /**
   * Averages once, with one partner or with all of a round, if there is somebody to average with.
   *
   * @returns whether it came about
   */
  once(options: AbortOptions): Promise<boolean>
  /** Whether another exchange may be begun beside those that this peer has begun. */
  free(): boolean
}

export function createAveraging(options: AveragingOptions): Averaging {
  const { self, replica, clock, random, partners, conversations, end } = options
  const { length } = replica.parameters
  const rounds = options.inRounds ? createOwnRounds() : undefined
  const exchange = createExchange({
    ...options,
    completed() {
      if (rounds === undefined) options.completed()
    },
    averages: ({ first, end }) => isFragment(length, options.inRounds ? 1 : options.fragments, first, end),
    applied,
    inRound: rounds && ((partner, round, abort) => rounds.terms(partner, round, abort)),
  })

  function applied(partner: PeerId): void {
    options.established()
    rounds?.applied(partner)
  }

  const deck: number[] = []
  function nextPart(): Part {
    // In step, all links of a round are about the same elements.
    if (options.inRounds || options.fragments === 1) return { first: 0, end: length }
    const [first, stop] = fragmentBounds(length, options.fragments, dealFragment(deck, options.fragments, random))
    return { first, end: stop }
  }

  let begun = 0

  /** @param round where everybody averages in step */
  async function exchangeWith(
    partner: PeerId,
    abort: AbortOptions,
    round?: number,
  ): Promise<ExchangeOutcome | 'passed'> {
    const began = clock.now()
    const codec = options.codec()
    let bytes = 0
    let settled = 0
    let roundTrip = 0
    let outcome: ExchangeOutcome = 'averaged'
    let passed = false
    begun++
    try {
      // Once begun it is finished even while the peer is stopping, within the grace that a stop allows.
      abort.signal.throwIfAborted()
      await conversations.talk(partner, 'exchange', end, async stream => {
        const initiation: Initiation = {
          part: nextPart(),
          codec,
          round,
          answered(milliseconds) {
            roundTrip = milliseconds
          },
          settled() {
            settled++
          },
        }
        await exchange.initiate(stream, initiation, end).finally(() => {
          bytes = stream.traffic.bytesIn + stream.traffic.bytesOut
        })
      })
      options.averaged({ bytes, milliseconds: clock.now() - began, roundTrip })
    } catch (error) {
      partners.backOff(partner)
      passed = error instanceof RefusedError && error.reason === PASSED
      if (options.outstanding(partner)) outcome = 'unsettled'
      else if (settled > 0) outcome = 'shortened'
      else outcome = error instanceof RefusedError ? 'refused' : 'failed'
    } finally {
      begun--
    }
    options.emit('exchange', { peer: partner, bytes, seconds: (clock.now() - began) / 1_000, outcome, codec })
    options.ended()
    return passed ? 'passed' : outcome
  }

  function createOwnRounds(): Rounds {
    return createRounds({
      self,
      replica,
      clock,
      neighbours: round => partners.neighbours(round),
      willing: peer => partners.willing(peer),
      averages: () => options.closed() === undefined,
      met: options.met,
      async exchange(partner, round, abort) {
        const outcome = await exchangeWith(partner, abort, round)
        if (outcome === 'passed') return outcome
        // What a link has averaged once must not be averaged again from the same snapshots.
        return outcome === 'averaged' || outcome === 'shortened' || outcome === 'unsettled' ? 'averaged' : 'failed'
      },
    })
  }

  let lastRound = -1

  async function averageInStep(own: Rounds, abort: AbortOptions): Promise<boolean> {
    if (lastRound < 0) await own.gather(abort)
    lastRound = Math.max(lastRound + 1, Math.ceil(replica.step / options.interval.steps()))
    await own.average(lastRound, abort)
    options.completed()
    return true
  }

  async function averageInPairs(abort: AbortOptions): Promise<boolean> {
    if (replica.ledger.full(exchange.running)) return false
    const partner = partners.next()
    if (partner === undefined) return false
    return (await exchangeWith(partner, abort)) === 'averaged'
  }

  return {
    exchange,
    applied,
    once: abort => (rounds === undefined ? averageInPairs(abort) : averageInStep(rounds, abort)),
    free: () => begun < (rounds === undefined ? MAX_BEGUN_EXCHANGES : 1),
  }
}
