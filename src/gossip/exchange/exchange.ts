/**
 * The agreement on an exchange: which two peers average, and with which weight, before their parameters flow, and the handling of an
 * exchange that ends before its time. `frame-exchange.ts` is what lies between.
 *
 * ```
 *   A  initiator                               B  responder
 *   propose id, weight w_A, codec, part   →
 *                                         ←    accept w_B, or refuse      both: w = min(w_A, w_B)
 *   frames                                ⇄    frames
 * ```
 *
 * In a swarm that clips, both say a sketch of what they average and how far they let themselves be moved, and both take λ w of it, as
 * `averaging/clipping.ts` says.
 *
 * Until a frame is decided by A, any failure is an abort on both sides. After that B may be in doubt of it; `settlement.ts` ends
 * that at the next contact. The two differences are exact negatives, because subtraction of floats is antisymmetric, so the
 * sum over both peers changes by nothing but the rounding of two additions. A rule that says how much each of the two takes gives that
 * up: there the share that a side takes stands in the weight's place. The rest is the same.
 *
 * @packageDocumentation
 */

import type { Range } from '../../parameters/range.ts'
import type { Codings } from '../coding/codings.ts'
import { ProtocolViolationError, RefusedError } from '../errors.ts'
import { FIRST_MEETING_MS } from '../pace/constants.ts'
import type { AbortOptions, FrameStream, PeerId } from '../ports.ts'
import type { Engagement, Engagements } from '../state/engagements.ts'
import { REPLY_TIMEOUT_MS } from '../streams/constants.ts'
import { type Message, receive, send } from '../streams/messages.ts'
import { withDeadline } from '../waiting/deadline.ts'
import type { Clipping } from './clipping.ts'
import { SHORTEST_SLOT_MS } from './constants.ts'
import { createEngagement, type EngagementOptions } from './engagement.ts'
import { createFrameFlow, type FrameFlowOptions } from './frame-flow.ts'
import { framesIn } from './frames-in.ts'
import type { Slots } from './slots.ts'
import { createTaking, type TakenOptions } from './taken.ts'
import type { Terms } from './terms.ts'

export interface ExchangeOptions
  extends Omit<FrameFlowOptions, 'clipping'>,
    Pick<EngagementOptions, 'onFailed'>,
    Omit<TakenOptions, 'clipping'> {
  /** Undefined where merges are not clipped. */
  readonly clipping?: Pick<Clipping, 'reach' | 'agree' | 'moved' | 'lied' | 'isSpent'>
  readonly self: PeerId
  readonly engagements: Engagements
  readonly codings: Codings
  /** Whether a partner may propose this codec. */
  readonly accepts: (codec: string) => boolean
  /** Makes the ids of this peer's exchanges: never the same one twice, restarts included. */
  readonly nextId: () => string
  /** Why this peer takes part in no exchange now, if it does not. */
  readonly refusal: () => string | undefined
  /** Whether this peer is new and so far behind a partner of this age that averaging would pull the partner back. */
  readonly isBehind: (age: number) => boolean
  /** How much of a partner's age, as it says it, is believed. */
  readonly believedAge: (partner: PeerId, age: number) => number
  /** Whether a partner may propose to average this part. */
  readonly isPart: (part: Range) => boolean
  /**
   * The terms on which this peer takes part in an exchange that another has proposed, once it has come to where they meet.
   *
   * @throws RefusedError where it will not
   */
  readonly terms: (partner: PeerId, round: number | undefined, options: AbortOptions) => Promise<Terms>
  /** Whether this peer trains no more for its own sake. */
  readonly isDone: () => boolean
  /** A partner has said whether it trains no more for its own sake. */
  readonly onPartnerDone: (partner: PeerId, isDone: boolean) => void
  /** An exchange is about to begin, which may leave as much open as one can. */
  readonly makeRoom: () => void
  readonly slots: Slots
  /** Whether everybody averages in step, with all neighbours at once. */
  readonly inRounds: boolean
}

/** Two peers that begin at once with each other make one exchange: that of the smaller id. It is no refusal. */
export const CROSSED = 'another exchange of ours is under way'

const BEHIND = 'new here, and fetching what others have learned first'

/** The exchange that this peer begins. */
export interface Initiation {
  readonly part: Range
  /** How parameters travel: the name of a codec. */
  readonly codec: string
  readonly terms: Terms
  /** In step, the round. */
  readonly round?: number
  /** Takes the proposal back, unless it has been answered. */
  readonly withdraw?: AbortSignal
  /** The partner has agreed, after so many milliseconds. */
  readonly onAnswer?: (milliseconds: number) => void
  /** A frame was added here, whether or not the exchange comes to its end. */
  readonly onSettled?: () => void
}

export interface Exchange {
  /** Averages with the peer at the other end; resolves when both have added every frame. */
  initiate(stream: FrameStream, initiation: Initiation, options: AbortOptions): Promise<void>
  respond(stream: FrameStream, options: AbortOptions): Promise<void>
}

type Proposed = Pick<Extract<Message, { type: 'propose' }>, 'length' | 'first' | 'end' | 'codec' | 'round'>

/** @throws ProtocolViolationError where nobody of this swarm proposes that */
function requireOfRecipe({ length, first, end, codec, round }: Proposed, options: ExchangeOptions): void {
  const { replica, inRounds } = options
  const { parameters } = replica
  if (length !== parameters.length) {
    throw new ProtocolViolationError(`proposed ${length} parameters, the recipe has ${parameters.length}`)
  }
  if (!options.isPart({ first, end })) {
    throw new ProtocolViolationError(`proposed elements ${first} to ${end} of ${length}`)
  }
  if (inRounds !== (round !== undefined)) {
    throw new ProtocolViolationError(`proposed ${inRounds ? 'no round' : 'a round'}, against the recipe's rule`)
  }
  if (!options.accepts(codec)) {
    throw new ProtocolViolationError(`proposed the codec ${codec}, against the recipe's compression`)
  }
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { self, replica, engagements, clock, codings, refusal, isBehind, voice } = options
  const { parameters, ledger } = replica
  const flow = createFrameFlow(options)
  const during = createEngagement(options)
  const sideOf = createTaking(options)

  /** Before the first frame: what others drag out or leave open is not to stand in the way. */
  function prepare(engagement: Engagement, part: Range): void {
    options.makeRoom()
    if (!options.inRounds) options.slots.reclaim()
    const frames = framesIn(part)
    const usual = options.timeouts.usual('whole', frames) ?? FIRST_MEETING_MS * frames
    engagement.due = clock.now() + Math.max(SHORTEST_SLOT_MS, usual)
  }

  async function initiate(
    stream: FrameStream,
    { part, codec, terms, round, withdraw, onAnswer, onSettled }: Initiation,
    outer: AbortOptions,
  ): Promise<void> {
    const partner = stream.peer
    // The stream took a while to open, and this peer may have frozen its parameters meanwhile.
    const refused = refusal() ?? (engagements.responds(partner) ? CROSSED : undefined)
    if (refused !== undefined) throw new RefusedError(refused)
    withdraw?.throwIfAborted()
    const id = options.nextId()
    await during('initiator', stream, id, outer, async (engagement, watchdog) => {
      const reference = codings.reference(partner)
      engagement.weight = terms.weight()
      const asked = clock.now()
      // The partner answers when its interval has ended; an initiator that does not want to wait for that withdraws.
      watchdog.expect('the answer', REPLY_TIMEOUT_MS)
      const onWithdraw = () => watchdog.abort(withdraw?.reason)
      withdraw?.addEventListener('abort', onWithdraw)
      const { length } = parameters
      const { age } = replica
      const { weight: own } = engagement
      const side = sideOf(engagement, terms, part, age)
      const proposal = { id, length, ...part, weight: own, age, codec, reference, done: options.isDone(), voice, round }
      await send(stream, { type: 'propose', ...proposal, reach: side.reach }, watchdog)
      const accepted = await receive(stream, 'accept', watchdog).finally(() =>
        withdraw?.removeEventListener('abort', onWithdraw),
      )
      onAnswer?.(clock.now() - asked)
      options.onPartnerDone(partner, accepted.done)
      const theirs = { ...accepted, age: options.believedAge(partner, accepted.age) }
      if (isBehind(theirs.age)) throw new RefusedError(BEHIND)
      engagement.weight = Math.min(engagement.weight, accepted.weight)
      const common = accepted.reference === reference ? reference : undefined
      const { weight, move } = side.take(theirs)
      const coding = codings.open({ codec, partner, id, weight, reference: common })
      prepare(engagement, part)
      const agreed = { id, part, codec, coding, terms, move, age: theirs.age, onSettled }
      await flow('initiator', stream, agreed, watchdog)
    })
  }

  function refuses(stream: FrameStream): string | undefined {
    const partner = stream.peer
    if (engagements.responds(partner)) return 'one exchange at a time with the same peer'
    // Both began at once: the one with the smaller id goes on, the other is refused, so exactly one happens.
    if (engagements.initiates(partner) && self < partner) return CROSSED
    if (!options.inRounds && !options.slots.isFreeFor(stream)) return 'busy'
    if (options.clipping?.isSpent(partner)) return 'it has moved this peer by as much as it may for now'
    if (ledger.open(partner)) return 'an earlier exchange is not settled'
    return undefined
  }

  /** @returns why not, where this peer refuses */
  async function agree(stream: FrameStream, proposal: { age: number; round?: number }, abort: AbortOptions) {
    const reason = () => refusal() ?? (isBehind(proposal.age) ? BEHIND : refuses(stream))
    const before = reason()
    if (before !== undefined) return before
    try {
      const terms = await withDeadline(clock, REPLY_TIMEOUT_MS, 'its round', abort, within =>
        options.terms(stream.peer, proposal.round, within),
      )
      // It may have taken a while to come to the round.
      return reason() ?? terms
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
    requireOfRecipe(proposal, options)
    const { id, first, end, codec } = proposal
    const age = options.believedAge(partner, proposal.age)
    const terms = await agree(stream, { age, round: proposal.round }, outer)
    // Another of the same partner's may have come in the same moment.
    const refused = typeof terms === 'string' ? terms : (refusal() ?? refuses(stream))
    if (typeof terms === 'string' || refused !== undefined) {
      await send(stream, { type: 'refuse', reason: String(refused) }, outer)
      return
    }
    if (!options.inRounds) options.slots.take(stream)
    // Now that this peer has come to the same end of an interval.
    options.onPartnerDone(partner, proposal.done)
    await during('responder', stream, id, outer, async (engagement, watchdog) => {
      const reference = codings.reference(partner)
      const granted = terms.weight()
      engagement.weight = Math.min(granted, proposal.weight)
      const { age: own } = replica
      const part = { first, end }
      const side = sideOf(engagement, terms, part, own)
      const taken = refusable(() => side.take({ ...proposal, age }))
      if (taken instanceof RefusedError) {
        await send(stream, { type: 'refuse', reason: taken.reason }, watchdog)
        return
      }
      const { weight, move } = taken
      const answer = { weight: granted, age: own, reference, done: options.isDone(), voice }
      await send(stream, { type: 'accept', ...answer, reach: side.reach }, watchdog)
      const common = proposal.reference === reference ? reference : undefined
      const coding = codings.open({ codec, partner, id, weight, reference: common })
      prepare(engagement, part)
      await flow('responder', stream, { id, part, codec, coding, terms, move, age }, watchdog)
    })
  }

  return { initiate, respond }
}

/** @returns what it gives, or the reason why it refuses */
function refusable<T>(body: () => T): T | RefusedError {
  try {
    return body()
  } catch (error) {
    if (error instanceof RefusedError) return error
    throw error
  }
}
