/**
 * The averaging of this peer with others while it lives: with whom and when, in pairs or in step, and what is told of it.
 *
 * @packageDocumentation
 */

import { dealFragment, fragmentBounds, isFragment } from '../../averaging/fragments.ts'
import type { LiveRule } from '../../averaging/rule.ts'
import type { Range } from '../../parameters/range.ts'
import { type Codings, isWhole } from '../coding/codings.ts'
import { DeadlineError, RefusedError } from '../errors.ts'
import type { Events, ExchangeOutcome } from '../events.ts'
import type { Lifetime } from '../lifetime.ts'
import type { BelievedSteps } from '../membership/believed-steps.ts'
import type { Conduct, Fault } from '../membership/conduct.ts'
import type { Partners } from '../membership/partners.ts'
import type { Standing } from '../membership/standing.ts'
import type { Lateness } from '../pace/lateness.ts'
import type { Observer } from '../pace/observations.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { PeerPhase } from '../phase.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Incarnation } from '../state/incarnation.ts'
import type { Replica } from '../state/replica.ts'
import type { Conversations } from '../streams/conversations.ts'
import type { AdmissibleNorm } from './admissible-norm.ts'
import type { Clipping } from './clipping.ts'
import type { CodecChoice } from './codec-choice.ts'
import { CROSSED, createExchange, type Exchange, type Initiation } from './exchange.ts'
import type { LostPartners } from './lost-partners.ts'
import type { BeginExchange, Meeting, MeetingResult } from './meeting.ts'
import type { News } from './news.ts'
import type { OuterSteps } from './outer-steps.ts'
import { createPairs } from './pairs.ts'
import type { Newcomer, Participation } from './participation.ts'
import { createRounds } from './rounds.ts'
import type { Slots } from './slots.ts'
import type { SnapshotSketches, Terms } from './terms.ts'

/** The part of training that averaging asks, and tells of its partners. */
export interface TrainingOfPeer {
  /** Whether this peer trains, so that it can be met only between two intervals. */
  trains(): boolean
  /** Whether it trains no more for its own sake. */
  mayEnd(): boolean
  /** A partner has said whether it trains no more for its own sake. */
  partnerSaid(partner: PeerId, isDone: boolean): void
  /** Whether this peer, which has done its own steps, trains on for the sake of that one. */
  trainsOnFor(peer: PeerId): boolean
}

export interface SchedulerOptions {
  readonly incarnation: Incarnation
  readonly replica: Replica
  readonly clock: Clock
  readonly lifetime: Lifetime
  readonly events: Events
  readonly conversations: Conversations
  readonly partners: Partners
  readonly standing: Standing
  readonly conduct: Pick<Conduct, 'fault'>
  readonly slots: Slots
  readonly engagements: Engagements
  readonly participation: Participation
  readonly newcomer: Newcomer
  readonly phase: PeerPhase
  readonly news: News
  readonly lostPartners: Pick<LostPartners, 'makeRoom'>
  readonly training: TrainingOfPeer
  readonly timeouts: Timeouts
  readonly lateness: Lateness
  readonly observations: Required<Observer>
  readonly codings: Codings
  readonly codecs: CodecChoice
  readonly outerSteps: OuterSteps
  readonly admissibleNorm: AdmissibleNorm
  /** Undefined where merges are not clipped. */
  readonly clipping?: Clipping
  readonly sketches: SnapshotSketches
  readonly believedSteps: Pick<BelievedSteps, 'age'>
  /** The recipe's rule. */
  readonly rule: LiveRule
  /** Into how many fragments the parameters are cut, of which an exchange carries one. */
  readonly fragments: number
  /** How much this peer's parameters count. */
  readonly voice: number
}

export interface Scheduler extends Pick<Exchange, 'respond'> {
  /** Some of an exchange with this peer was added on this side, by a settlement. */
  settled(partner: PeerId): void
  /** Averages once, with one partner or with all of a round, if there is somebody to average with. */
  once(options: AbortOptions): Promise<MeetingResult>
  /** Exchanges that this peer began and that were applied on both sides. */
  begun(): number
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { incarnation, replica, clock, events, partners, engagements, participation, training, lateness } = options
  const { fragments, lifetime, newcomer, news, outerSteps } = options
  const { schedule, share } = options.rule.live
  const inRounds = schedule === 'rounds'
  const isTraining = () => options.phase.now() === 'training'
  const { length } = replica.parameters
  const deck: number[] = []
  let begun = 0

  /** In step, all links of a round are about the same elements. */
  function nextPart(): Range {
    if (inRounds || fragments === 1) return { first: 0, end: length }
    const [first, end] = fragmentBounds(length, fragments, dealFragment(deck, fragments, incarnation.random))
    return { first, end }
  }

  async function exchangeWith(...[partner, terms, { round, withdraw }]: Parameters<BeginExchange>): Promise<boolean> {
    const began = clock.now()
    const codec = options.codecs.next(partner)
    if (!isTraining()) news.meets(partner)
    let agreed = began
    let roundTrip = 0
    let bytes = 0
    let settled = 0
    let outcome: ExchangeOutcome = 'averaged'
    try {
      await options.conversations.talk(partner, 'exchange', lifetime.end, async stream => {
        const initiation: Initiation = {
          part: nextPart(),
          codec,
          terms,
          round,
          withdraw,
          onAnswer(milliseconds) {
            roundTrip = milliseconds
            agreed = clock.now()
          },
          onSettled() {
            settled++
          },
        }
        await exchange.initiate(stream, initiation, lifetime.end).finally(() => {
          bytes = stream.traffic.bytesIn + stream.traffic.bytesOut
        })
      })
      begun++
      // Without the answer, which the partner gives when its interval has ended.
      options.observations.exchanged(bytes, clock.now() - agreed, roundTrip)
    } catch (error) {
      // The other one's goes through in its place, or nobody wants it any more.
      const needless = (error instanceof RefusedError && error.reason === CROSSED) || withdraw.aborted
      const outstanding = engagements.outstanding(partner)
      if (needless && settled === 0 && !outstanding) return false
      options.conduct.fault(partner, faultOf(error))
      options.standing.failed(partner, { refused: error instanceof RefusedError, milliseconds: clock.now() - agreed })
      if (outstanding) outcome = 'unsettled'
      else if (settled > 0) outcome = 'shortened'
      else outcome = error instanceof RefusedError ? 'refused' : 'failed'
    }
    events.emit('exchange', { peer: partner, bytes, seconds: (clock.now() - began) / 1_000, outcome, codec })
    events.emit('contact', {})
    // A link that has averaged once must not average the same snapshots again.
    return outcome === 'averaged' || outcome === 'shortened' || outcome === 'unsettled'
  }

  const common = {
    replica,
    clock,
    lateness,
    partners,
    engagements,
    participation,
    training,
    news,
    isTraining,
    exchange: exchangeWith,
    sketches: options.sketches,
  }
  const meeting: Meeting = inRounds
    ? createRounds({ ...common, self: incarnation.self, standing: options.standing })
    : createPairs(common)

  function applied(partner: PeerId, terms?: Terms): void {
    newcomer.established()
    meeting.applied(partner, terms)
  }

  const exchange: Exchange = createExchange({
    ...options,
    self: incarnation.self,
    inRounds,
    share,
    nextId: incarnation.nextExchangeId,
    accepts: options.codecs.accepts,
    refusal: participation.refusal,
    isBehind: newcomer.behind,
    believedAge: options.believedSteps.age,
    isPart: ({ first, end }) => isFragment(length, inRounds ? 1 : fragments, first, end),
    async terms(partner, round, abort) {
      const terms = await meeting.terms(partner, round, abort)
      if (!isTraining()) news.meets(partner)
      return terms
    },
    isDone: training.mayEnd,
    onPartnerDone: training.partnerSaid,
    makeRoom: options.lostPartners.makeRoom,
    onFailed: (partner, milliseconds) => options.standing.failed(partner, { refused: false, milliseconds }),
    onEstablished: newcomer.established,
    onApplied: applied,
    onCompleted(partner, { terms, part, codec, milliseconds }) {
      options.observations.flowed(partner, milliseconds)
      options.standing.completed(partner)
      const whole = part.first === 0 && part.end === length && isWhole(codec)
      if (whole && !isTraining()) news.met(partner)
      replica.contribution.exchanged(partner, whole ? terms.steps : undefined, training.trains())
      if (!inRounds) outerSteps.take()
    },
  })

  return {
    respond: (stream, abort) => exchange.respond(stream, abort).finally(meeting.over),
    settled: applied,
    begun: () => begun,
    async once(abort) {
      const result = await meeting.average(abort)
      if (training.trains()) replica.contribution.asked(result.asked)
      if (inRounds) outerSteps.take()
      return result
    },
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof RefusedError) return 'refused'
  return error instanceof DeadlineError ? 'slow' : 'broken'
}
