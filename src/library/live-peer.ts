import { existsSync } from 'node:fs'
import { UsageError } from '../errors.ts'
import { StoppedError } from '../gossip/errors.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { Network } from '../gossip/ports.ts'
import type { GossipStatus, PeerOutcome } from '../gossip/status.ts'
import type { AgreedStatistics, Statistics } from '../standardise/statistics.ts'
import { type Course, qualityOf } from './course.ts'
import type { Membership } from './membership.ts'
import type { Peer, PeerEvents } from './peer.ts'
import { peerBytes } from './peer-bytes.ts'
import { createPeerJudging, type PeerJudgingParts } from './peer-judging.ts'
import { createPeerMembership } from './peer-membership.ts'
import { createPeerModel } from './peer-model.ts'
import { createPeerStandardisation } from './peer-standardisation.ts'
import { createPeerWaits } from './peer-waits.ts'
import type { Learner } from './prepare-learner.ts'
import type { ToldState } from './told-state.ts'
import type { TypedEventTarget } from './typed-events.ts'

/** The parts of a peer, all of them made and none started. */
export interface LivePeerParts extends Pick<Peer, 'id' | 'recipe' | 'swarm'> {
  readonly events: TypedEventTarget<PeerEvents>
  readonly emit: <Name extends keyof PeerEvents>(name: Name, detail: PeerEvents[Name]) => void
  readonly course: Course
  readonly gossip: Gossip
  readonly network: Network
  readonly learner: Learner
  /** Whether the trainer is the caller's own. */
  readonly ownTrainer: boolean
  /** Whether it has the weights that the recipe begins from, where it names some. */
  readonly hasWeights: () => boolean
  /** Makes what agrees on how samples are standardised, where the swarm does. */
  readonly statistics?: (agreed: (statistics: AgreedStatistics) => void, isKnown: () => boolean) => Statistics
  readonly state?: ToldState
  readonly membership: Membership
  /** What judging the common model needs of the world. */
  readonly judging: Pick<PeerJudgingParts, 'namespaces' | 'clock' | 'random'>
  /** Whether it averages with others at all. */
  readonly averages: boolean
  /** Whether it trains without company. */
  readonly alone: boolean
  /** Whether it remains after the seal. */
  readonly stays: boolean
}

/** The peer: starts its parts in order, and ends them in order. */
export function createLivePeer(parts: LivePeerParts): Peer {
  const { id, recipe, swarm, events, emit, course, gossip, network, learner, state, alone, ownTrainer } = parts
  const { trainer, standardising, warnings = [] } = learner
  /** Ends whatever waits for the peer. */
  const stopped = new AbortController()
  const standardisation = createPeerStandardisation({
    standardising,
    statistics: parts.statistics,
    emit,
    course,
    signal: stopped.signal,
    keep: state?.keepStandardisation,
    onKnown: () => gossip.start().catch(error => course.tell('failed', { error })),
  })
  const sealed = () => (standardisation.isKnown() ? gossip.sealed() : undefined)
  const isUsable = standardisation.isKnown
  const { parameters } = gossip
  const judging = createPeerJudging({
    ...parts.judging,
    recipe,
    swarm,
    gossip,
    trainer,
    course,
    sealed,
    hasTrainedAlone: () => !parts.averages && gossip.trained() !== undefined,
    deviations: () => learner.seen?.valueMap?.scale,
    emit,
    stopped: stopped.signal,
  })
  const { isNeeded } = judging
  const waits = createPeerWaits({ gossip, course, alone, sealed, isUsable, isNeeded, stopped: stopped.signal })
  const membership = createPeerMembership({
    id,
    recipe,
    membership: parts.membership,
    clock: parts.judging.clock,
    warn: message => emit('warning', { message }),
  })
  let watching: Promise<void> | undefined
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  async function listen(): Promise<void> {
    watching ??= membership.watch({ signal: stopped.signal })
    await gossip.listen()
  }

  async function startAll(): Promise<void> {
    await listen()
    stopped.signal.throwIfAborted()
    for (const message of warnings) emit('warning', { message })
    state?.onWarning(message => emit('warning', { message }))
    emit('started', startedOf(parts))
    if (standardising === undefined) await gossip.start()
    // Not waited for: a pass over all samples may take long.
    else void standardisation.start()
  }

  function whyEnded(): string {
    if (alone || course.isAlone()) return 'alone'
    if (course.failure() !== undefined) return 'failed'
    if (sealed() === undefined) return 'stopped'
    return gossip.status().inModel ? 'consensus' : 'adopted'
  }

  async function stopAll(given: string | undefined): Promise<void> {
    if (given !== 'interrupted' && given !== 'failed' && !parts.stays) await waits.untilNeedless()
    const reason = given ?? whyEnded()
    stopped.abort(new StoppedError())
    try {
      try {
        await judging.stop()
        await standardisation.stop()
      } finally {
        await gossip.stop()
      }
    } finally {
      await trainer.stop()
      await watching
      await state?.release()
      const checkpoint = state !== undefined && existsSync(state.checkpointFile) ? state.checkpointFile : null
      const status = gossip.status()
      const { quality } = course
      const { step } = status
      emit('stopped', { reason, step, ...quality, checkpoint, ...peerBytes(status, status), ...outcomeOf(status) })
    }
  }

  function stop(reason?: string): Promise<void> {
    stopping ??= stopAll(reason)
    return stopping
  }

  return {
    ...bound(events),
    ...createPeerModel({
      recipe,
      ownTrainer,
      hasWeights: parts.hasWeights,
      parameters,
      frozen: trainer.frozen,
      statistics: standardisation.agreed,
      valueMap: learner.seen?.valueMap,
    }),
    id,
    recipe,
    swarm,
    layout: trainer.layout,
    frozen: trainer.frozen,
    membership: membership.membership,
    invite: membership.invite,
    listen,
    start() {
      if (stopping !== undefined) return Promise.reject(stoppedBefore(state !== undefined))
      starting ??= startAll()
      return starting
    },
    addresses: () => network.addresses(),
    tried: () => network.tried?.(),
    status: gossip.status,
    view: gossip.view,
    sealed,
    parameters,
    trained: gossip.trained,
    standardisation: standardisation.agreed,
    async evaluate() {
      const evaluation = await trainer.evaluate(parameters())
      course.quality = qualityOf(evaluation)
      return evaluation
    },
    evaluateTogether: judging.evaluateTogether,
    untilConsensus: waits.untilConsensus,
    untilDismissed: waits.untilDismissed,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  }
}

function stoppedBefore(hasState: boolean): UsageError {
  const again = hasState ? 'make another with the same state, to go on' : 'make another with createPeer'
  return new UsageError(`start: this peer was stopped, and does not start again; ${again}`)
}

function startedOf({ id, swarm, network, gossip, learner }: LivePeerParts): PeerEvents['started'] {
  const { trainer, device = null } = learner
  const { step, age } = gossip.status()
  return {
    peerId: id,
    addresses: network.addresses(),
    swarm,
    backend: trainer.backend,
    trainer: trainer.kind ?? 'module',
    threads: trainer.threads ?? 1,
    device,
    shard: trainer.samples,
    parameters: trainer.layout.length,
    frozen: trainer.frozen?.values.length ?? 0,
    step,
    age,
  }
}

function outcomeOf(status: GossipStatus): PeerOutcome {
  const { ownSteps, exchanges, exchangesAsked, partners, inModel, leftOut, members, vanished } = status
  return { ownSteps, exchanges, exchangesAsked, partners, inModel, leftOut, members, vanished }
}

function bound<Events>(target: TypedEventTarget<Events>): TypedEventTarget<Events> {
  return {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  }
}
