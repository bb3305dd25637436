/**
 * The atomic two-sided exchange: both peers apply it or neither does.
 *
 * ```
 *   A  initiator                         B  responder
 *   propose id, k_A                 →
 *                                   ←    accept k_B            both: w = 1 / (1 + max(k_A, k_B))
 *   snapshot s_A, its hash          ⇄    snapshot s_B, its hash
 *                                        records X in doubt, durably
 *                                   ←    prepared
 *   records X decided, adds w (s_B - s_A), durably
 *   commit                          →
 *                                        adds w (s_A - s_B), durably
 *                                   ←    done
 *   forgets X
 * ```
 *
 * Before A's decision any failure is an abort on both sides. After it B may be in doubt; `settle.ts` ends that at the
 * next contact. The two differences are exact negatives, because subtraction of floats is antisymmetric, so the sum over
 * both peers changes by nothing but the rounding of two additions.
 *
 * @packageDocumentation
 */

import { exchangeDifference, exchangeWeight } from '../averaging/exchange.ts'
import { MAX_CONCURRENT_EXCHANGES, REPLY_TIMEOUT_MS, TRANSFER_TIMEOUT_MS } from './constants.ts'
import { withDeadline } from './deadline.ts'
import { OffenceError, RefusedError } from './errors.ts'
import { receive, send } from './messages.ts'
import type { AbortOptions, Clock, FrameStream, PeerId } from './ports.ts'
import type { Replica } from './replica.ts'
import { receiveVector, sendVector } from './transfer.ts'

/** What one side brings into an exchange. */
export interface Terms {
  /** Exchanges that it is in at once, this one included: the weight follows from the larger number of both sides. */
  readonly concurrent: () => number
  /** What it sends; asked for once, when the partner has agreed. */
  readonly snapshot: () => Float32Array
}

export interface ExchangeOptions {
  readonly self: PeerId
  readonly replica: Replica
  readonly clock: Clock
  readonly maximumNorm: number
  /** Makes the ids of this peer's exchanges: never the same one twice, restarts included. */
  readonly nextId: () => string
  /** Why this peer takes part in no exchange now, if it does not. */
  readonly closed: () => string | undefined
  /** Whether this peer is new and so far behind a partner of this age that averaging would pull the partner back. */
  readonly behind: (age: number) => boolean
  /** Hears that an exchange was applied on this side. */
  readonly applied: (partner: PeerId) => void
  /**
   * Where everybody averages in step: what this peer brings into the exchange of a round, once it has come to it.
   *
   * @throws RefusedError where the round is over
   */
  readonly inRound?: (partner: PeerId, round: number, options: AbortOptions) => Promise<Terms>
}

const BEHIND = 'new here, and fetching what others have learned first'

export interface Exchange {
  /** Averages with the peer at the other end; resolves when both have applied it. */
  initiate(stream: FrameStream, options: AbortOptions, round?: number): Promise<void>
  respond(stream: FrameStream, options: AbortOptions): Promise<void>
  /** Exchanges that this peer is in. */
  active(): number
  /** Makes sure that an exchange which this peer began with this partner and has not decided is never decided. */
  abandon(partner: PeerId, id: string): void
  /** Whether a stream of this exchange is still open, so that nothing needs to be settled yet. */
  running(partner: PeerId, id: string): boolean
}

export function createExchange({
  self,
  replica,
  clock,
  maximumNorm,
  nextId,
  closed,
  behind,
  applied,
  inRound,
}: ExchangeOptions): Exchange {
  const { parameters, ledger } = replica
  /** Exchanges that this peer began, by partner: at most one each. */
  const initiated = new Map<PeerId, { readonly id: string; abandoned: boolean }>()
  /** Exchanges that others began, by initiator. */
  const responding = new Map<PeerId, string>()

  const active = () => initiated.size + responding.size

  /** In pairs the parameters may go on changing until they are sent. */
  const inPairs: Terms = { concurrent: active, snapshot: () => parameters.slice() }

  async function termsOf(partner: PeerId, round: number | undefined, options: AbortOptions): Promise<Terms> {
    if (inRound === undefined && round === undefined) return inPairs
    if (inRound === undefined || round === undefined) {
      throw new OffenceError(`proposed ${round === undefined ? 'no round' : 'a round'}, against the recipe's rule`)
    }
    return await inRound(partner, round, options)
  }

  /** Both directions flow at once; a stalled transfer is given up as a whole. */
  async function swap(stream: FrameStream, snapshot: Float32Array, options: AbortOptions): Promise<Float32Array> {
    return await withDeadline(clock, TRANSFER_TIMEOUT_MS, 'the transfer', options, async within => {
      const [theirs] = await Promise.all([
        receiveVector(stream, snapshot.length, maximumNorm, within),
        sendVector(stream, snapshot, within),
      ])
      return theirs
    })
  }

  const patiently = <T>(what: string, options: AbortOptions, body: (options: AbortOptions) => Promise<T>) =>
    withDeadline(clock, REPLY_TIMEOUT_MS, what, options, body)

  async function initiate(stream: FrameStream, options: AbortOptions, round?: number): Promise<void> {
    const partner = stream.peer
    // The stream took a while to open, and this peer may have frozen its parameters meanwhile.
    const refusal = closed()
    if (refusal !== undefined) throw new RefusedError(refusal)
    const exchange = { id: nextId(), abandoned: false }
    initiated.set(partner, exchange)
    try {
      const terms = await termsOf(partner, round, options)
      const concurrent = terms.concurrent()
      await send(
        stream,
        { type: 'propose', id: exchange.id, length: parameters.length, concurrent, age: replica.age, round },
        options,
      )
      const accepted = await patiently('the answer', options, within => receive(stream, 'accept', within))
      if (behind(accepted.age)) throw new RefusedError(BEHIND)
      const weight = exchangeWeight(concurrent, accepted.concurrent)
      const snapshot = terms.snapshot()
      const theirs = await swap(stream, snapshot, options)
      await patiently('the partner preparing', options, within => receive(stream, 'prepared', within))
      if (exchange.abandoned) throw new RefusedError('the partner has dropped this exchange')

      // The decision: from here on nothing may fail that leads to anything but both applying it.
      ledger.decide({ id: exchange.id, partner })
      replica.add(exchangeDifference(snapshot, theirs, weight, new Float32Array(snapshot.length)))
      replica.absorb(accepted.age)
      applied(partner)
      await replica.persist()

      await send(stream, { type: 'commit' }, options)
      await patiently('the partner applying', options, within => receive(stream, 'done', within))
      ledger.forget(partner, exchange.id)
    } finally {
      initiated.delete(partner)
    }
  }

  /** @returns why not, where this peer refuses */
  async function agree(partner: PeerId, proposal: { age: number; round?: number }, options: AbortOptions) {
    const refusal = () => closed() ?? (behind(proposal.age) ? BEHIND : refuses(partner))
    const reason = refusal()
    if (reason !== undefined) return reason
    try {
      const terms = await patiently('its round', options, within => termsOf(partner, proposal.round, within))
      // It may have taken a while to come to the round.
      return refusal() ?? terms
    } catch (error) {
      if (error instanceof RefusedError) return error.reason
      throw error
    }
  }

  async function respond(stream: FrameStream, options: AbortOptions): Promise<void> {
    const partner = stream.peer
    const proposal = await patiently('the proposal', options, within => receive(stream, 'propose', within))
    if (proposal.length !== parameters.length) {
      throw new OffenceError(`proposed ${proposal.length} parameters, the recipe has ${parameters.length}`)
    }
    const terms = await agree(partner, proposal, options)
    if (typeof terms === 'string') {
      await send(stream, { type: 'refuse', reason: terms }, options)
      return
    }
    responding.set(partner, proposal.id)
    try {
      const concurrent = terms.concurrent()
      await send(stream, { type: 'accept', concurrent, age: replica.age }, options)
      const weight = exchangeWeight(proposal.concurrent, concurrent)
      const snapshot = terms.snapshot()
      const theirs = await swap(stream, snapshot, options)

      ledger.prepare({
        id: proposal.id,
        partner,
        difference: exchangeDifference(snapshot, theirs, weight, new Float32Array(snapshot.length)),
      })
      await replica.persist()
      await send(stream, { type: 'prepared' }, options)

      await patiently('the decision', options, within => receive(stream, 'commit', within))
      // Nothing is left to resolve where the outcome came first by a settlement: then it is applied already.
      const doubt = ledger.resolve(partner, proposal.id)
      if (doubt !== undefined) replica.add(doubt.difference)
      replica.absorb(proposal.age)
      applied(partner)
      await replica.persist()
      await send(stream, { type: 'done' }, options)
    } finally {
      responding.delete(partner)
    }
  }

  function refuses(partner: PeerId): string | undefined {
    if (responding.has(partner)) return 'one exchange at a time with the same peer'
    // Both began at once: the one with the smaller id goes on, the other is refused, so exactly one happens.
    if (initiated.has(partner) && self < partner) return 'ours is under way'
    if (inRound === undefined && active() >= MAX_CONCURRENT_EXCHANGES) return 'busy'
    if (ledger.open(partner)) return 'an earlier exchange is not settled'
    if (ledger.full()) return 'too many exchanges in doubt'
    return undefined
  }

  return {
    initiate,
    respond,
    active,
    abandon(partner, id) {
      const exchange = initiated.get(partner)
      if (exchange?.id === id) exchange.abandoned = true
    },
    running: (partner, id) => responding.get(partner) === id || initiated.get(partner)?.id === id,
  }
}
