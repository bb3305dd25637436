/**
 * Who averages with whom, and with which weight: what two peers agree on before their parameters flow, and what becomes of an
 * exchange that ends before its time. `frame-exchange.ts` is what lies between.
 *
 * ```
 *   A  initiator                               B  responder
 *   propose id, weight w_A, codec, part   →
 *                                         ←    accept w_B, or refuse      both: w = min(w_A, w_B)
 *   frames                                ⇄    frames
 * ```
 *
 * Until a frame is decided by A, any failure is an abort on both sides. After that B may be in doubt of it; `settlement.ts` ends
 * that at the next contact. The two differences are exact negatives, because subtraction of floats is antisymmetric, so the
 * sum over both peers changes by nothing but the rounding of two additions. A rule that says how much each of the two takes gives that
 * up: there the share that a side takes stands in the weight's place. The rest is the same.
 *
 * @packageDocumentation
 */

import { exchangeWeight } from '../../averaging/exchange.ts'
import type { LiveForm } from '../../averaging/live-form.ts'
import { FrameError } from '../../parameters/frames.ts'
import type { Range } from '../../parameters/range.ts'
import type { Coding } from '../coding/coding.ts'
import type { Codings } from '../coding/codings.ts'
import { DeadlineError, OffenceError, RefusedError } from '../errors.ts'
import type { Patience } from '../pace/timeouts.ts'
import type { AbortOptions, Clock, FrameStream, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import { REPLY_TIMEOUT_MS } from '../streams/constants.ts'
import { receive, send } from '../streams/messages.ts'
import { withDeadline } from '../waiting/deadline.ts'
import { createWatchdog, type Watchdog } from '../waiting/watchdog.ts'
import { MAX_CONCURRENT_EXCHANGES } from './constants.ts'
import { type AgreedExchange, answerFrames, type FrameExchange, offerFrames } from './frame-exchange.ts'
import { framesIn } from './frames-in.ts'

/** What one side brings into an exchange. */
export interface Terms {
  /** The largest weight with which it can take part; that of the exchange is the smaller one of both sides. */
  readonly weight: () => number
  /** What is averaged; asked for once, when the partner has agreed. Where it is alive, each frame is as it is when it is said. */
  readonly snapshot: () => Float32Array
  /** Own steps that are in it. */
  readonly steps: number
}

/** @param parameters those of the replica, or a copy of what they are now */
export function termsNow(replica: Replica, weight: () => number, parameters: Float32Array): Terms {
  return { weight, snapshot: () => parameters, steps: replica.contribution.ownSteps() }
}

/** An exchange of which all was added. */
export interface CompletedExchange {
  readonly terms: Terms
  readonly part: Range
  readonly codec: string
  /** That its frames took, from the agreement to the end. */
  readonly milliseconds: number
}

export interface ExchangeOptions {
  readonly self: PeerId
  readonly replica: Replica
  readonly clock: Clock
  readonly maximumNorm: number
  readonly patience: Patience
  readonly codings: Codings
  /** Whether a partner may propose this codec. */
  readonly accepts: (codec: string) => boolean
  /** Makes the ids of this peer's exchanges: never the same one twice, restarts included. */
  readonly nextId: () => string
  /** Why this peer takes part in no exchange now, if it does not. */
  readonly closed: () => string | undefined
  /** Whether this peer is new and so far behind a partner of this age that averaging would pull the partner back. */
  readonly behind: (age: number) => boolean
  /** Whether a partner may propose to average this part. */
  readonly averages: (part: Range) => boolean
  /** Hears that the first of an exchange was added on this side. */
  readonly established: () => void
  /** Hears that an exchange has ended of which some, or all, was added on this side. */
  readonly applied: (partner: PeerId, terms: Terms) => void
  /** Hears that all of an exchange was added on this side, and how long its frames took; before {@link applied} does. */
  readonly completed: (partner: PeerId, exchanged: CompletedExchange) => void
  /**
   * What this peer brings into an exchange that another has proposed, once it has come to where they meet.
   *
   * @throws RefusedError where it will not
   */
  readonly terms: (partner: PeerId, round: number | undefined, options: AbortOptions) => Promise<Terms>
  /** Whether this peer trains no more for its own sake; and hears that of a partner. */
  readonly done: () => boolean
  readonly partnerSaid: (partner: PeerId, done: boolean) => void
  /** Whether everybody averages in step, with all neighbours at once. */
  readonly inRounds: boolean
  /**
   * n, how much this peer's parameters count, at least 1. Of two peers each takes w · min(1, n_other / n_own) of the difference, so that
   * Σ n x stays: Metropolis and Hastings, for a chain whose stationary distribution is n.
   */
  readonly voice: number
  /** The rule's own account of how much of the difference this peer takes, by both ages; as `averaging/live-form.ts` says. */
  readonly share?: LiveForm['share']
}

/** Two peers that begin at once with each other make one exchange: that of the smaller id. It is no refusal. */
export const CROSSED = 'another exchange of ours is under way'

const BEHIND = 'new here, and fetching what others have learned first'

/** What an exchange that this peer begins is to be. */
export interface Initiation {
  readonly part: Range
  /** How parameters travel: the name of a codec. */
  readonly codec: string
  readonly terms: Terms
  /** Where everybody averages in step. */
  readonly round?: number
  /** Takes the proposal back, unless it has been answered. */
  readonly withdraw?: AbortSignal
  /** Hears how long the partner took to agree, in milliseconds. */
  readonly answered?: (milliseconds: number) => void
  /** Hears of every frame that is added here, whether or not the exchange comes to its end. */
  readonly settled?: () => void
}

export interface Exchange {
  /** Averages with the peer at the other end; resolves when both have added every frame. */
  initiate(stream: FrameStream, initiation: Initiation, options: AbortOptions): Promise<void>
  respond(stream: FrameStream, options: AbortOptions): Promise<void>
  /** The largest weight with which this peer can enter another exchange, beside those that it is in. */
  ownShare(): number
  /** Exchanges that this peer is in. */
  active(): number
  /** Makes sure that nothing more is decided or applied in this exchange with this partner, on this side, by its own course. */
  abandon(partner: PeerId, id: string): void
  /** Ends all that are under way; what of them was added stays. */
  abandonAll(): void
  /** Whether a stream of this exchange is still open, so that nothing needs to be settled yet. */
  running(partner: PeerId, id: string): boolean
  /** Whether this peer is in an exchange with this one. */
  engaged(partner: PeerId): boolean
}

/** An exchange that this peer is in. */
interface Running {
  readonly id: string
  /** What this peer has granted, and then what both have agreed on. */
  weight: number
  /** Of this peer's own parameters, what a rule that says so has given up in it. */
  share: number
  readonly abandon: () => void
}

/** What both sides have agreed on. */
interface Agreement {
  readonly id: string
  readonly part: Range
  readonly codec: string
  readonly coding: Coding
  readonly terms: Terms
  /** The partner's. */
  readonly age: number
  readonly settled?: () => void
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { self, replica, clock, maximumNorm, patience, codings, closed, behind, established, applied, voice } = options
  const { parameters, ledger } = replica
  /** Exchanges that this peer began, by partner: at most one each. */
  const initiated = new Map<PeerId, Running>()
  /** Exchanges that others began, by initiator. */
  const responding = new Map<PeerId, Running>()

  const active = () => initiated.size + responding.size

  const ownShare = () => exchangeWeight([...initiated.values(), ...responding.values()].map(({ weight }) => weight))

  /**
   * How much of the difference this peer takes, once both have said what decides that.
   *
   * @param age as this peer has said it, so that both reckon with the same two
   * @throws RefusedError where its other exchanges leave nothing
   */
  function taken(exchange: Running, age: number, theirs: { readonly age: number; readonly voice: number }): number {
    // From one that counts less, less.
    if (options.share === undefined) return exchange.weight * Math.min(1, theirs.voice / voice)
    const left = [...initiated.values(), ...responding.values()].reduce((rest, { share }) => rest - share, 1)
    if (left <= 0) throw new RefusedError('busy')
    exchange.share = Math.min(options.share(age, theirs.age), left)
    return exchange.share
  }

  /** Enters an exchange; whatever happens, it is left. */
  async function during(
    side: Map<PeerId, Running>,
    partner: PeerId,
    id: string,
    outer: AbortOptions,
    body: (running: Running, watchdog: Watchdog) => Promise<void>,
  ): Promise<void> {
    const watchdog = createWatchdog(clock, outer.signal)
    const abandon = () => watchdog.abort(new RefusedError('the partner has ended this exchange'))
    const running: Running = { id, weight: 0, share: 0, abandon }
    side.set(partner, running)
    try {
      await body(running, watchdog)
    } catch (error) {
      if (error instanceof DeadlineError) patience.ranOut(partner)
      throw error instanceof FrameError ? new OffenceError(error.message) : error
    } finally {
      watchdog.end()
      side.delete(partner)
    }
  }

  /** Both directions flow at once; where one fails, the other ends too. */
  async function flow(
    stream: FrameStream,
    create: (agreed: AgreedExchange) => FrameExchange,
    agreed: Agreement,
    watchdog: Watchdog,
  ): Promise<void> {
    const { codec, coding, part, age, terms } = agreed
    const partner = stream.peer
    const limit = patience.limit('frame', partner)
    const frames = framesIn(part)
    const began = clock.now()
    let latest = began
    let slowest = 0
    let first = true
    const course = create({
      ...agreed,
      snapshot: terms.snapshot(),
      stream,
      replica,
      maximumNorm,
      signal: watchdog.signal,
      progress() {
        const now = clock.now()
        slowest = Math.max(slowest, now - latest)
        latest = now
        watchdog.expect('the next frame', limit)
      },
      settled() {
        agreed.settled?.()
        if (!first) return
        first = false
        replica.absorb(age)
        established()
      },
    })
    watchdog.within('the exchange', patience.limit('whole', partner, frames))
    watchdog.expect('the first frame', limit)
    let complete = false
    try {
      const end = (error: Error) => watchdog.abort(error)
      // Both, whatever becomes of one: nothing of this exchange may happen after its end.
      await Promise.all([course.read().catch(end), course.write().catch(end)])
      watchdog.signal.throwIfAborted()
      complete = true
      if (frames > 0) {
        options.completed(partner, { terms, part, codec, milliseconds: clock.now() - began })
        patience.took('frame', slowest, partner)
        patience.took('whole', clock.now() - began, partner, frames)
      }
    } finally {
      coding.end(complete)
      const { settled, acknowledged } = course.course()
      if (settled > 0) applied(partner, terms)
      // The partner has all that was decided, and nothing more will be.
      if (create === offerFrames && settled > 0 && settled === acknowledged) {
        replica.record({ type: 'closed', id: agreed.id, partner, side: 'initiator' })?.catch(() => {})
      }
    }
  }

  async function initiate(
    stream: FrameStream,
    { part, codec, terms, round, withdraw, answered, settled }: Initiation,
    outer: AbortOptions,
  ): Promise<void> {
    const partner = stream.peer
    // The stream took a while to open, and this peer may have frozen its parameters meanwhile.
    const refusal = closed() ?? (responding.has(partner) ? CROSSED : undefined)
    if (refusal !== undefined) throw new RefusedError(refusal)
    withdraw?.throwIfAborted()
    const id = options.nextId()
    await during(initiated, partner, id, outer, async (running, watchdog) => {
      const reference = codings.reference(partner)
      running.weight = terms.weight()
      const asked = clock.now()
      // The partner answers when its interval has ended; whoever does not want to wait for that withdraws.
      watchdog.expect('the answer', REPLY_TIMEOUT_MS)
      const takeBack = () => watchdog.abort(withdraw?.reason)
      withdraw?.addEventListener('abort', takeBack)
      const { length } = parameters
      const { age } = replica
      const { weight: own } = running
      const proposal = { id, length, ...part, weight: own, age, codec, reference, done: options.done(), voice, round }
      await send(stream, { type: 'propose', ...proposal }, watchdog)
      const accepted = await receive(stream, 'accept', watchdog).finally(() =>
        withdraw?.removeEventListener('abort', takeBack),
      )
      answered?.(clock.now() - asked)
      options.partnerSaid(partner, accepted.done)
      if (behind(accepted.age)) throw new RefusedError(BEHIND)
      running.weight = Math.min(running.weight, accepted.weight)
      const common = accepted.reference === reference ? reference : undefined
      const weight = taken(running, age, accepted)
      const coding = codings.open({ codec, partner, id, weight, reference: common })
      const agreed = { id, part, codec, coding, terms, age: accepted.age, settled }
      await flow(stream, offerFrames, agreed, watchdog)
    })
  }

  /** @returns why not, where this peer refuses */
  async function agree(partner: PeerId, proposal: { age: number; round?: number }, abort: AbortOptions) {
    const refusal = () => closed() ?? (behind(proposal.age) ? BEHIND : refuses(partner))
    const reason = refusal()
    if (reason !== undefined) return reason
    try {
      const terms = await withDeadline(clock, REPLY_TIMEOUT_MS, 'its round', abort, within =>
        options.terms(partner, proposal.round, within),
      )
      // It may have taken a while to come to the round.
      return refusal() ?? terms
    } catch (error) {
      if (error instanceof RefusedError) return error.reason
      throw error
    }
  }

  async function respond(stream: FrameStream, outer: AbortOptions): Promise<void> {
    const partner = stream.peer
    const proposal = await withDeadline(clock, REPLY_TIMEOUT_MS, 'the proposal', outer, within =>
      receive(stream, 'propose', within),
    )
    const { id, length, first, end, codec, age } = proposal
    if (length !== parameters.length) {
      throw new OffenceError(`proposed ${length} parameters, the recipe has ${parameters.length}`)
    }
    if (!options.averages({ first, end })) throw new OffenceError(`proposed elements ${first} to ${end} of ${length}`)
    if (options.inRounds !== (proposal.round !== undefined)) {
      throw new OffenceError(`proposed ${options.inRounds ? 'no round' : 'a round'}, against the recipe's rule`)
    }
    if (!options.accepts(codec)) throw new OffenceError(`proposed the codec ${codec}, against the recipe's compression`)
    const terms = await agree(partner, proposal, outer)
    // Another of the same partner's may have come in the same moment.
    const refusal = typeof terms === 'string' ? terms : (closed() ?? refuses(partner))
    if (typeof terms === 'string' || refusal !== undefined) {
      await send(stream, { type: 'refuse', reason: String(refusal) }, outer)
      return
    }
    // Now that this peer has come to the same end of an interval.
    options.partnerSaid(partner, proposal.done)
    await during(responding, partner, id, outer, async (running, watchdog) => {
      const reference = codings.reference(partner)
      const granted = terms.weight()
      running.weight = Math.min(granted, proposal.weight)
      const { age: ownAge } = replica
      const weight = taken(running, ownAge, proposal)
      await send(
        stream,
        { type: 'accept', weight: granted, age: ownAge, reference, done: options.done(), voice },
        watchdog,
      )
      const common = proposal.reference === reference ? reference : undefined
      const coding = codings.open({ codec, partner, id, weight, reference: common })
      const agreed = { id, part: { first, end }, codec, coding, terms, age }
      await flow(stream, answerFrames, agreed, watchdog)
    })
  }

  function refuses(partner: PeerId): string | undefined {
    if (responding.has(partner)) return 'one exchange at a time with the same peer'
    // Both began at once: the one with the smaller id goes on, the other is refused, so exactly one happens.
    if (initiated.has(partner) && self < partner) return CROSSED
    if (!options.inRounds && active() >= MAX_CONCURRENT_EXCHANGES) return 'busy'
    if (ledger.open(partner)) return 'an earlier exchange is not settled'
    if (ledger.full(running)) return 'too many exchanges in doubt'
    return undefined
  }

  /** Ids are unique only for who made them. */
  const find = (partner: PeerId, id: string) =>
    [initiated.get(partner), responding.get(partner)].filter(running => running?.id === id)

  const running = (partner: PeerId, id: string) => find(partner, id).length > 0

  return {
    initiate,
    respond,
    ownShare,
    active,
    abandon(partner, id) {
      for (const running of find(partner, id)) running?.abandon()
    },
    abandonAll() {
      for (const running of [...initiated.values(), ...responding.values()]) running.abandon()
    },
    running,
    engaged: partner => initiated.has(partner) || responding.has(partner),
  }
}
