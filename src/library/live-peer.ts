import { existsSync } from 'node:fs'
import { UsageError } from '../errors.ts'
import { NobodyThereError, StoppedError } from '../gossip/errors.ts'
import type { Emit } from '../gossip/events.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { Network } from '../gossip/ports.ts'
import type { GossipStatus, PeerOutcome } from '../gossip/status.ts'
import { hashParameters } from '../parameters/hash.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { describeMap, mapOf, statisticsOf } from '../standardise/standardiser.ts'
import type { AgreedStatistics, Statistics } from '../standardise/statistics.ts'
import type { StateDirectory } from '../storage/state-directory.ts'
import { TrainingDivergedError } from '../training/errors.ts'
import { explainDivergence } from './explain-divergence.ts'
import type { Consensus, Peer, PeerEvents } from './peer.ts'
import { peerBytes } from './peer-bytes.ts'
import type { Learner } from './prepare-learner.ts'
import { systemClock } from './system-clock.ts'
import type { TypedEventTarget } from './typed-events.ts'

/** How often a waiting caller looks at the peer, beside its events. */
const WATCH_INTERVAL_MS = 200

/** How long a peer that has sealed waits at its end for those that have not, who may have nobody else to ask. */
const LEAVING_MS = 10_000

/** Features that a warning names. */
const MOST_NAMED = 5

/** What becomes known of a peer while it lives. */
export interface Course {
  /** Takes what the core tells: what ends the peer is told once, whoever sees it first. */
  readonly tell: Emit
  failure(): Error | undefined
  /** Whether everybody else has been gone for so long that the peer ends. */
  isAlone(): boolean
  agreed(): Consensus | undefined
  accuracy: number | null
}

/** @param seen what the trainer sees of the shard, to explain why training diverged */
export function followCourse(
  emit: <Name extends keyof PeerEvents>(name: Name, detail: PeerEvents[Name]) => void,
  seen: Learner['seen'],
): Course {
  let failure: Error | undefined
  let alone = false
  let agreed: Consensus | undefined

  function fail(error: Error): void {
    if (failure !== undefined) return
    failure = error instanceof TrainingDivergedError ? explainDivergence(error, seen) : error
    emit('failed', { error: failure })
  }

  const course: Course = {
    accuracy: null,
    failure: () => failure,
    isAlone: () => alone,
    agreed: () => agreed,
    tell(name, detail) {
      if (name === 'failed') return fail((detail as PeerEvents['failed']).error)
      if (name === 'alone') {
        alone = true
        failure ??= new NobodyThereError(
          'everybody else has been gone for a while, so there is nobody left to agree with; this peer has what it trained',
        )
      }
      if (name === 'round') course.accuracy = (detail as PeerEvents['round']).accuracy
      if (name === 'consensus') agreed = detail as PeerEvents['consensus']
      emit(name, detail as never)
    },
  }
  return course
}

/** What a peer is made of, all of it made and nothing of it started. */
export interface LivePeerParts extends Pick<Peer, 'id' | 'recipe' | 'swarm'> {
  readonly events: TypedEventTarget<PeerEvents>
  readonly emit: <Name extends keyof PeerEvents>(name: Name, detail: PeerEvents[Name]) => void
  readonly course: Course
  readonly gossip: Gossip
  readonly network: Network
  readonly learner: Learner
  /** Whether the trainer is the caller's own. */
  readonly ownTrainer: boolean
  /** Makes what agrees on how samples are standardised, where the swarm does. */
  readonly statistics?: (agreed: (statistics: AgreedStatistics) => void, isKnown: () => boolean) => Statistics
  readonly state?: StateDirectory
  /** Whether it trains without company. */
  readonly alone: boolean
  /** Whether it remains after the seal. */
  readonly stays: boolean
}

/** The peer: starts its parts in order, waits for what its callers wait for, and ends. */
export function createLivePeer(parts: LivePeerParts): Peer {
  const { id, recipe, swarm, events, emit, course, gossip, network, learner, state, alone } = parts
  const { trainer, standardising, device = null, warnings = [] } = learner
  /** Ends whatever waits for the peer. */
  const stopped = new AbortController()
  let agreedStatistics: AgreedStatistics | undefined
  const statistics = parts.statistics?.(useStatistics, () => agreedStatistics !== undefined)
  /** Parameters, those of an earlier run too, are of no use before it is known what samples are standardised by. */
  const usable = () => standardising === undefined || agreedStatistics !== undefined
  const sealed = () => (usable() ? gossip.sealed() : undefined)
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  function useStatistics(agreed: AgreedStatistics): void {
    if (stopped.signal.aborted) return
    const isFirst = agreedStatistics === undefined
    if (!isFirst) emit('warning', { message: 'the swarm has agreed anew on how samples are standardised' })
    agreedStatistics = agreed
    standardising?.use(agreed)
    emit('standardised', describeMap(agreed))
    if (isFirst) gossip.start().catch(error => course.tell('failed', { error }))
    void tellOutlying(agreed)
  }

  async function tellOutlying(agreed: AgreedStatistics): Promise<void> {
    const outlying = (await standardising?.outlying(agreed, stopped).catch(() => [])) ?? []
    if (outlying.length === 0) return
    const named = outlying.slice(0, MOST_NAMED).join(', ')
    const more = outlying.length > MOST_NAMED ? ` and ${outlying.length - MOST_NAMED} more` : ''
    emit('warning', {
      message:
        `in this peer's data the mean of ${named}${more} lies more than three deviations from what the swarm standardises by: ` +
        'is it measured in another unit here?',
    })
  }

  async function findStatistics(): Promise<void> {
    try {
      if (statistics !== undefined) await statistics.start()
      else if (standardising !== undefined) useStatistics(await statisticsOf(standardising.own, stopped))
    } catch (error) {
      if (!stopped.signal.aborted) course.tell('failed', { error: error as Error })
    }
  }

  async function startAll(): Promise<void> {
    await gossip.listen()
    stopped.signal.throwIfAborted()
    for (const message of warnings) emit('warning', { message })
    const { step, age } = gossip.status()
    emit('started', {
      peerId: id,
      addresses: network.addresses(),
      swarm,
      backend: trainer.backend,
      device,
      shard: trainer.samples,
      parameters: trainer.layout.length,
      step,
      age,
    })
    if (standardising === undefined) await gossip.start()
    // Not waited for: a pass over all samples may take long.
    else void findStatistics()
  }

  /** Whoever has sealed may be the only one that others can get the seal from. */
  async function untilNeedless(): Promise<void> {
    const end = systemClock.now() + LEAVING_MS
    const isNeeded = () => sealed() !== undefined && !gossip.dismissed() && course.failure() === undefined
    while (isNeeded() && systemClock.now() < end) await systemClock.sleep(WATCH_INTERVAL_MS, stopped)
  }

  function whyEnded(): string {
    if (alone || course.isAlone()) return 'alone'
    if (course.failure() !== undefined) return 'failed'
    if (sealed() === undefined) return 'stopped'
    return gossip.status().inModel ? 'consensus' : 'adopted'
  }

  async function stopAll(given: string | undefined): Promise<void> {
    if (given !== 'interrupted' && given !== 'failed' && !parts.stays) await untilNeedless()
    const reason = given ?? whyEnded()
    stopped.abort(new StoppedError())
    try {
      try {
        await statistics?.stop()
      } finally {
        await gossip.stop()
      }
    } finally {
      await trainer.stop()
      await state?.release()
      const checkpoint = state !== undefined && existsSync(state.checkpointFile) ? state.checkpointFile : null
      const status = gossip.status()
      const { accuracy } = course
      const { step } = status
      emit('stopped', { reason, step, accuracy, checkpoint, ...peerBytes(status, status), ...outcomeOf(status) })
    }
  }

  /** Resolves when it is so; rejects when the peer fails or stops before. */
  async function watch(done: () => boolean, signal = new AbortController().signal): Promise<void> {
    const either = { signal: AbortSignal.any([signal, stopped.signal]) }
    while (!done()) {
      const failure = course.failure()
      if (failure !== undefined) throw failure
      await systemClock.sleep(WATCH_INTERVAL_MS, either)
    }
  }

  /** Whether the swarm has come that close, as far as this peer estimates. */
  function isWithin(distance: number | undefined): boolean {
    const { phase, consensusDistance } = gossip.status()
    if (distance === undefined || !usable() || phase === 'training' || phase === 'waiting') return false
    return consensusDistance !== null && consensusDistance <= distance
  }

  async function untilConsensus({
    distance,
    signal,
  }: {
    readonly distance?: number
    readonly signal?: AbortSignal
  } = {}): Promise<Consensus> {
    const trainedAlone = () => alone && gossip.trained() !== undefined
    await watch(() => sealed() !== undefined || trainedAlone() || isWithin(distance), signal)
    const agreed = course.agreed()
    if (agreed !== undefined && agreed.parametersHash === gossip.sealed()) return agreed
    const { consensusDistance, peers } = gossip.status()
    const parametersHash = hashParameters(gossip.parameters())
    return { consensusDistance: consensusDistance ?? 0, parametersHash, members: 1 + peers.length }
  }

  return {
    ...bound(events),
    id,
    recipe,
    swarm,
    layout: trainer.layout,
    listen: gossip.listen,
    start() {
      starting ??= startAll()
      return starting
    },
    addresses: () => network.addresses(),
    status: gossip.status,
    sealed,
    parameters: gossip.parameters,
    trained: gossip.trained,
    standardisation: () => agreedStatistics,
    async evaluate() {
      const evaluation = await trainer.evaluate(gossip.parameters())
      course.accuracy = evaluation.accuracy
      return evaluation
    },
    untilConsensus,
    untilDismissed: ({ signal }) => watch(() => gossip.dismissed(), signal),
    async model() {
      if (parts.ownTrainer) throw new UsageError('the model of a trainer of its own is not TensorFlow.js')
      return await layersModelOf(recipe, gossip.parameters(), agreedStatistics)
    },
    stop(reason) {
      stopping ??= stopAll(reason)
      return stopping
    },
  }
}

function outcomeOf(status: GossipStatus): PeerOutcome {
  const { ownSteps, exchanges, exchangesAsked, partners, inModel, leftOut, members, vanished } = status
  return { ownSteps, exchanges, exchangesAsked, partners, inModel, leftOut, members, vanished }
}

async function layersModelOf(
  { model }: Recipe,
  parameters: Float32Array,
  statistics: AgreedStatistics | undefined,
): Promise<import('@tensorflow/tfjs-layers').LayersModel> {
  const { toLayersModel } = await import('../training/layers-model/layers-model.ts')
  const { name, shape, classes } = model
  const bare = await toLayersModel(name, shape, classes, parameters)
  if (statistics === undefined) return bare
  const { prependMap } = await import('../training/layers-model/prepend-map.ts')
  return prependMap(bare, shape, mapOf(statistics))
}

function bound<Events>(target: TypedEventTarget<Events>): TypedEventTarget<Events> {
  return {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  }
}
