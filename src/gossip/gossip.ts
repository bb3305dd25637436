/**
 * The protocol core: a peer that trains, averages with others, and agrees with them in the end. It knows the world only
 * through its ports, so the same code runs over real sockets and in a simulation.
 *
 * This file puts the parts together and holds nothing itself. Every part is made after those that it uses; what it has to tell
 * those that come later goes through `events`.
 *
 * @packageDocumentation
 */

import { createSketcher } from '../averaging/sketch.ts'
import { createCodings } from './coding/codings.ts'
import { createEvents, type Emit } from './events.ts'
import { createAdmissibleNorm } from './exchange/admissible-norm.ts'
import { createClipping } from './exchange/clipping.ts'
import { createCodecChoice } from './exchange/codec-choice.ts'
import { createLostPartners } from './exchange/lost-partners.ts'
import { createNews } from './exchange/news.ts'
import { createOuterSteps } from './exchange/outer-steps.ts'
import { createParticipation } from './exchange/participation.ts'
import { createScheduler } from './exchange/scheduler.ts'
import { createSettlement, createSettlementProtocol } from './exchange/settlement.ts'
import { createSlots } from './exchange/slots.ts'
import { createSnapshotSketches } from './exchange/terms.ts'
import { createInbound } from './inbound.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createLifetime } from './lifetime.ts'
import { createAcquaintance } from './membership/acquaintance.ts'
import { createActiveMembers } from './membership/active-members.ts'
import { createAnnouncer } from './membership/announcer.ts'
import { createBelievedSteps } from './membership/believed-steps.ts'
import { createConduct } from './membership/conduct.ts'
import { SKETCH_BUCKETS } from './membership/constants.ts'
import { createIntroductions } from './membership/introductions.ts'
import { createMembership, type Member } from './membership/membership.ts'
import { createNeighbourhood } from './membership/neighbourhood.ts'
import { createPartners } from './membership/partners.ts'
import { createPeerScores } from './membership/peer-scores.ts'
import { createReach } from './membership/reach.ts'
import { createRecipeHandshake } from './membership/recipe-handshake.ts'
import { createStanding } from './membership/standing.ts'
import { type GossipOptions, withDefaults } from './options.ts'
import { createOutbound } from './outbound.ts'
import { createAutoCompression } from './pace/choose-compression.ts'
import { createInterval } from './pace/interval.ts'
import { createLateness } from './pace/lateness.ts'
import { createObservations } from './pace/observations.ts'
import { createTimeouts } from './pace/timeouts.ts'
import { createUsualInterval } from './pace/usual-interval.ts'
import { createPhase } from './phase.ts'
import { createAwaitingVector } from './run/awaiting-vector.ts'
import { createBeginning } from './run/beginning.ts'
import { createDivergenceCheck } from './run/divergence.ts'
import { createLearning } from './run/learning.ts'
import { createPeerWatch } from './run/peer-watch.ts'
import { resume } from './run/resumption.ts'
import { createReview } from './run/review.ts'
import { createRoundReport } from './run/round-report.ts'
import { createRunTime } from './run/run-time.ts'
import { createTrainerCapture } from './run/trainer-capture.ts'
import { createTrainingCourse } from './run/training-course.ts'
import { createChoice } from './seal/choice.ts'
import { createPortraying } from './seal/portraying.ts'
import { createSeal } from './seal/seal.ts'
import { createSketchNews } from './seal/sketch-news.ts'
import { createSpread } from './seal/spread.ts'
import { createCheckpointing } from './state/checkpointing.ts'
import { createEngagements } from './state/engagements.ts'
import { createIncarnation } from './state/incarnation.ts'
import type { LedgerState } from './state/ledger.ts'
import { createReplica } from './state/replica.ts'
import { createStatus, type GossipStatus } from './status.ts'
import { createConversations } from './streams/conversations.ts'
import { createSwarmView, type SwarmView } from './swarm-view.ts'
import { createInitialVector } from './sync/initial-vector.ts'
import { createLateJoining } from './sync/late-joining.ts'
import { createServing } from './sync/serving.ts'
import { createStateSync } from './sync/state-sync.ts'

export interface Gossip extends Lifecycle {
  /** A copy of the parameters as they are now. */
  parameters(): Float32Array
  status(): GossipStatus
  view(): SwarmView
  /** Local steps done. */
  step(): number
  /** The hash on which the swarm sealed, once it has. */
  sealed(): string | undefined
  /** The living members as they have announced themselves, this peer not among them, sorted by id. */
  members(): readonly Member[]
  /** What stands open with others: for invariants in tests. */
  open(): LedgerState
  /**
   * Whether nobody needs this peer any more after the seal: all it knows have sealed too or left, and those that
   * vanished have had time to come back.
   */
  dismissed(): boolean
}

/** @throws CheckpointMismatchError for the checkpoint of another swarm, peer or model */
export async function createGossip(options: GossipOptions, tell: Emit): Promise<Gossip> {
  const settings = withDefaults(options)
  const { network, clock, trainer, checkpoint } = settings
  const resumed = await resume(checkpoint, settings.swarm, network.self, trainer)
  const { length } = resumed.start.parameters

  // The peer's own state.
  const events = createEvents(tell)
  const lifetime = createLifetime(clock, events)
  const incarnation = createIncarnation({ ...settings, self: network.self, now: clock.now() }, checkpoint)
  const checkpointing = createCheckpointing(settings.storage, checkpoint !== undefined, lifetime)
  const replica = createReplica(resumed.start, checkpointing.storage)
  const { parameters, contribution, ledger } = replica
  const engagements = createEngagements(ledger)
  const phase = createPhase(clock, resumed.sealed !== undefined)
  const state = { ...settings, self: network.self, events, lifetime, incarnation, replica, contribution, ledger }
  const core = { ...state, length, parameters, engagements, phase }

  // Whom it knows, and how it talks to them.
  const membership = createMembership(clock)
  const scores = createPeerScores({ ...core, membership })
  const conduct = createConduct(clock)
  const knows = createAcquaintance(contribution, conduct)
  const timeouts = createTimeouts()
  const conversations = createConversations({ ...core, timeouts, scores })
  const handshake = createRecipeHandshake({ ...core, seal: checkpoint?.generation?.seals.at(-1) })
  const runTime = createRunTime(clock, settings.patience, knows)
  const activeMembers = createActiveMembers(membership, runTime, conduct.isTrusted)
  const social = { ...core, membership, scores, conduct, knows, timeouts, conversations, runTime, activeMembers }

  // How quick it is, and for how long it trains.
  const usualInterval = createUsualInterval()
  const interval = createInterval(settings.localSteps, membership.paces)
  const training = createTrainingCourse({ ...social, usualInterval })
  const lateness = createLateness({ usualInterval, membership, training })
  const auto = createAutoCompression(settings, length)
  const observations = createObservations([usualInterval, interval, lateness, auto])
  const believedSteps = createBelievedSteps({ ...social, interval, resumes: checkpoint !== undefined })
  const admissibleNorm = createAdmissibleNorm({ ...social, interval })
  const measured = { ...social, usualInterval, interval, training, lateness, auto, observations }
  const paced = { ...measured, believedSteps, admissibleNorm }

  // The vectors that it holds beside its parameters, and those that it fetches.
  const sketcher = createSketcher(length, SKETCH_BUCKETS, Number.parseInt(settings.swarm.slice(0, 8), 16))
  const choice = createChoice({ ...paced, sketcher, sealed: resumed.sealed })
  const vectors = { ...paced, sketcher, random: incarnation.random }
  const initialVector = createInitialVector({ ...vectors, from: settings.from, held: choice.held })
  const standing = createStanding(clock, contribution)
  const serve = createServing({ ...vectors, standing, held: initialVector.held })
  const stateSync = createStateSync({ ...vectors, held: initialVector.held })
  const lateJoining = createLateJoining({ ...paced, fetch: stateSync.current })

  // Averaging.
  const codings = createCodings({ ...paced, random: incarnation.random })
  events.on('replaced', codings.adopted)
  const codecs = createCodecChoice({ ...paced, choice })
  const outerSteps = createOuterSteps(paced, checkpoint?.trainer.tensors)
  const participation = createParticipation({ ...paced, newcomer: lateJoining })
  const inRounds = settings.rule.live.schedule === 'rounds'
  const neighbourhood = createNeighbourhood({ ...paced, self: network.self })
  const clipping =
    settings.clipping && createClipping({ ...paced, ...settings.clipping, inRounds, choice, neighbourhood })
  const sketches = createSnapshotSketches(parameters, choice, sketcher)
  const partners = createPartners({ ...paced, neighbourhood, standing, isSpent: clipping?.isSpent })
  const slots = createSlots({ ...paced, standing })
  const news = createNews({ ...paced, choice })
  const merging = { ...paced, newcomer: lateJoining, codings, codecs, clipping, sketches, outerSteps, participation }
  const meetings = { ...merging, standing, partners, slots, news }
  const lostPartners = createLostPartners(paced)
  const scheduler = createScheduler({ ...meetings, lostPartners })
  const settlementProtocol = createSettlementProtocol({ ...paced, onApplied: scheduler.settled })
  const settlement = createSettlement({ ...paced, lostPartners, settlementProtocol })
  const introductions = createIntroductions(paced)
  const reach = createReach({ ...paced, introductions })
  const averaging = {
    ...meetings,
    choice,
    initialVector,
    serve,
    stateSync,
    lateJoining,
    scheduler,
    settlementProtocol,
    settlement,
    introductions,
    reach,
    lostPartners,
  }

  // The course of its run.
  const peerWatch = createPeerWatch(averaging)
  const awaitingVector = createAwaitingVector({ ...averaging, resumes: checkpoint !== undefined })
  const beginning = createBeginning({ ...averaging, peerWatch })
  const seal = createSeal({ ...averaging, peerWatch, fetch: stateSync.withHash })
  const spread = createSpread(replica, choice, membership, knows)
  const sketchNews = createSketchNews(averaging)
  const ending = { ...averaging, peerWatch, beginning, seal, spread, sketchNews }
  const review = createReview(ending)
  const capture = createTrainerCapture(averaging, resumed.trainer)
  const divergence = createDivergenceCheck({ ...averaging, layout: trainer.layout })
  events.on('replaced', divergence.restart)
  const learning = createLearning({ ...averaging, divergence, capture, report: createRoundReport(averaging) })
  checkpointing.include(incarnation, replica, choice, capture)

  // The messages that it sends and receives.
  const run = { ...ending, awaitingVector, review, capture, learning }
  const outbound = createOutbound({ ...run, portray: createPortraying(run) })
  const announcer = createAnnouncer({ ...run, outbound })
  const inbound = createInbound({ ...run, handshake })
  const lifecycle = createLifecycle({ ...run, inbound, outbound, announcer })
  return {
    ...lifecycle,
    parameters: () => parameters.slice(),
    status: createStatus(run),
    view: createSwarmView(run),
    step: () => replica.step,
    sealed: choice.sealed,
    members: membership.alive,
    open: ledger.durable,
    dismissed: peerWatch.dismissed,
  }
}
