import { existsSync } from 'node:fs'
import { parseTopology } from './averaging/topologies/registry.ts'
import type { Dataset } from './data/dataset.ts'
import type { Split } from './data/source.ts'
import { loadDataset } from './data/sources.ts'
import { UsageError } from './errors.ts'
import { explainDivergence } from './explain-divergence.ts'
import { beginNext, generationId } from './generation.ts'
import type { Checkpoint } from './gossip/checkpoint.ts'
import { NobodyThereError, otherSwarm, StoppedError } from './gossip/errors.ts'
import type { Emit, GossipEvents } from './gossip/events.ts'
import { createGossip, type GossipStatus, type PeerOutcome } from './gossip/gossip.ts'
import { createLanes } from './gossip/lanes.ts'
import type { AbortOptions, Evaluation, PeerId } from './gossip/ports.ts'
import { type AgreedStatistics, createStatistics } from './gossip/statistics.ts'
import { fitData, identifyModel, peerAveraging, type ShardSpec, shardsOf, trainerOptionsOf } from './learning-task.ts'
import { createIdentity, peerIdOf } from './network/identity.ts'
import { createLibp2pNetwork } from './network/libp2p-network.ts'
import type { Bandwidth } from './network/pace.ts'
import { hashParameters } from './parameters/hash.ts'
import type { Layout } from './parameters/layout.ts'
import { type PeerBytes, peerBytes } from './peer-bytes.ts'
import { createRandom } from './random/random.ts'
import {
  defaultRecipe,
  parseRecipe,
  type Recipe,
  type RecipeInput,
  recipeHash,
  stepsPerRound,
} from './recipe/recipe.ts'
import { stepsForEpochs } from './recipe/steps-for-data.ts'
import { createStandardising, describeMap, mapOf, type Standardising, statisticsOf } from './standardising.ts'
import { openStateDirectory, statisticsFile } from './storage/state-directory.ts'
import { systemClock } from './system-clock.ts'
import { chooseBackend } from './training/choose-backend.ts'
import { TrainingDivergedError } from './training/errors.ts'
import { createWorkerTrainer } from './training/remote/worker-trainer.ts'
import type { Trainer } from './training/trainer.ts'
import { createEvents, type TypedEventTarget } from './typed-events.ts'

export interface PeerOptions {
  /** What the swarm agrees on. Default: a small classifier on the built-in digits. */
  readonly recipe?: RecipeInput
  /** The peer's own data: a SOURCE as on the command line, or a dataset in memory. Default: `digits`. */
  readonly data?: string | Split
  /** Whether data of which something would be skipped are refused. Default: no; a warning names what was skipped. */
  readonly strict?: boolean
  /** Which part of the data is this peer's. Default: all of it. */
  readonly shard?: ShardSpec
  /**
   * What learns, in place of the recipe's model and of `data`: anything whose parameters are one flat vector. Every peer
   * of the swarm brings one of the same kind, with the same layout; the recipe's `model` is then no more than a name on
   * which they agree. The peer stops it when it stops.
   */
  readonly trainer?: Trainer
  readonly network?: {
    /** TCP multiaddrs to listen on. Default: any port of every IPv4 interface. */
    readonly listen?: readonly string[]
    /** TCP multiaddrs of peers to stay connected to. */
    readonly connect?: readonly string[]
    /** Whether to find peers on the local network. Default: yes. */
    readonly mdns?: boolean
    /** What its sockets may carry in each direction, in Mbit/s. Default: as much as they can. */
    readonly bandwidth?: number
  }
  /** A folder that keeps identity and checkpoint, and from which the peer resumes. Default: nothing is kept. */
  readonly state?: string
  /** Seed of what is this peer's own: its digits, the order of its samples, its partners. Default: its peer id. */
  readonly seed?: number
  /** What computes: the name of a backend, or `auto` (default) for the best that works here. */
  readonly backend?: string
  /** Which of the backend's GPUs, counted from 0. Default: the one that it prefers. */
  readonly gpu?: number
  /** Local steps that this peer trains at the least, in place of the recipe's. */
  readonly steps?: number
  /** The same in passes over this peer's own samples. Not beside `steps`. */
  readonly epochs?: number
  /** Trains and ends without company, and says so. Default: no. */
  readonly alone?: boolean
  /** Members with data that must be there before the first step, where those are to be more than the recipe says. */
  readonly minimumPeers?: number
  /** How long the peer waits for enough others before its first step, in seconds; then it fails. Default: for ever. */
  readonly wait?: number
  /** Whether the peer remains as a source for latecomers once the swarm has sealed. Default: until nobody needs it any more. */
  readonly stay?: boolean
  /**
   * Begins the next generation: so many local steps more, from the parameters that are sealed in `state`, with others that do the same
   * and whoever is new.
   */
  readonly more?: number
  /** Relative consensus distance at which this peer agrees to seal, in place of the recipe's. */
  readonly consensusDistance?: number
}

export interface PeerEvents extends GossipEvents {
  started: {
    readonly peerId: PeerId
    readonly addresses: readonly string[]
    /** The swarm's id: the recipe's hash. */
    readonly swarm: string
    readonly backend: string
    /** The GPU, where the backend computes on one. */
    readonly device: string | null
    /** Samples in the shard. */
    readonly shard: number
    /** Number of parameters. */
    readonly parameters: number
    /** Local steps that were done before, when the peer resumed from its state. */
    readonly step: number
    readonly age: number
  }
  /**
   * What samples are standardised by, where the recipe says so: less the mean, divided by the deviation, which is 1 for a
   * feature that never varies. Again when the swarm has agreed anew.
   */
  standardised: { readonly mean: readonly number[]; readonly deviation: readonly number[] }
  /** The peer has ended; with all that its network carried since it was started, and what for. */
  stopped: PeerBytes & {
    /**
     * `consensus`: the swarm has sealed; `adopted`: so it had, before this peer's data had a part in it; `alone`: nobody else is
     * there, or was to be; `interrupted`, `failed`, `stopped`.
     */
    readonly reason: string
    /** Of the run, as its schedule of learning rates counts; {@link PeerOutcome.ownSteps} are this peer's. */
    readonly step: number
    readonly accuracy: number | null
    /** The checkpoint's file, where one was written. */
    readonly checkpoint: string | null
  } & PeerOutcome
}

export interface Consensus {
  readonly consensusDistance: number
  /** Hex SHA-256 of the parameters: of all peers, once sealed. */
  readonly parametersHash: string
  /** Living members, this peer among them, that have chosen these parameters; 1 of a peer that ended alone, as it was told to. */
  readonly members: number
}

/** A peer: it trains on its own data and agrees with others on one model. */
export interface Peer extends TypedEventTarget<PeerEvents> {
  readonly id: PeerId
  readonly recipe: Recipe
  /** The swarm's id. */
  readonly swarm: string
  readonly layout: Layout
  /** Opens the sockets, so that {@link addresses} are known, and trains nothing yet. */
  listen(): Promise<void>
  /** Begins. Where samples are to be standardised, training begins later, when the swarm has agreed how. */
  start(): Promise<void>
  addresses(): readonly string[]
  status(): GossipStatus
  /** The hash on which the swarm sealed, once it has and this peer knows what samples are standardised by, if they are. */
  sealed(): string | undefined
  /** A copy of the parameters as they are now. */
  parameters(): Float32Array
  /** A copy of the parameters when this peer's training ended; undefined before. */
  trained(): Float32Array | undefined
  /** What samples are standardised by; undefined before it is known, or where they are not. */
  standardisation(): AgreedStatistics | undefined
  /** Loss and accuracy of the current parameters on the test set. Not while the peer trains. */
  evaluate(): Promise<Evaluation>
  /**
   * Resolves when the swarm has sealed; with a distance, already when this peer has stopped training and estimates the
   * swarm to be that close; where the peer was told to train alone, when it has. Rejects when the peer fails or stops, with
   * `NobodyThereError` when it gave up waiting for others or all of them have vanished, or when the signal is aborted.
   */
  untilConsensus(options?: { readonly distance?: number; readonly signal?: AbortSignal }): Promise<Consensus>
  /**
   * Resolves when nobody needs this peer any more: all have sealed, and those that vanished had time to come back.
   * Rejects as {@link untilConsensus} does.
   */
  untilDismissed(options: AbortOptions): Promise<void>
  /**
   * A TensorFlow.js `LayersModel` with the current parameters, for samples as they are: where they are standardised, its
   * first layers do that. Its output is logits. Loads TensorFlow.js in this thread.
   */
  model(): Promise<import('@tensorflow/tfjs-layers').LayersModel>
  /**
   * Ends cleanly: the last exchange settled or dropped on both sides, a checkpoint written. Once the swarm has sealed, not before all that
   * this peer knows have the seal too, for at most ten seconds; with the reason `interrupted` at once.
   */
  stop(reason?: string): Promise<void>
}

/** How often a waiting caller looks at the peer, beside its events. */
const WATCH_INTERVAL_MS = 200

/** About so many evaluations in a run: enough for a curve, few enough not to be felt. */
const EVALUATIONS = 20

/**
 * Makes a peer that does nothing until it is started.
 *
 * @throws UsageError where the recipe, the data or an option cannot be
 */
export async function createPeer(options: PeerOptions = {}): Promise<Peer> {
  const written = options.recipe === undefined ? defaultRecipe : parseRecipe(options.recipe)
  // The model of a trainer of its own is a name.
  const recipe = options.trainer === undefined ? await identifyModel(written) : written
  if (recipe.objective.task === 'consensus') {
    throw new UsageError('the task consensus is for simulations; a peer learns: classify, or language')
  }
  if (options.trainer !== undefined && (options.data !== undefined || options.shard !== undefined)) {
    throw new UsageError('a peer with a trainer of its own takes no data and no shard: the trainer has them')
  }
  if (options.trainer !== undefined && recipe.data.standardise) {
    throw new UsageError('a trainer of its own standardises its data itself; the recipe says data.standardise')
  }
  const topology = parseTopology(recipe.averaging.topology, { seed: recipeHash(recipe) })
  const { inRounds, rule, compression, fragments, ...averaging } = peerAveraging(recipe, topology)
  requireFitting(options)
  const { alone = false } = options
  const averages = averaging.averages && !alone

  const state = options.state === undefined ? undefined : await openStateDirectory(options.state)
  try {
    const identity = state === undefined ? await createIdentity() : await state.identity(createIdentity)
    const id = peerIdOf(identity)
    const seed = options.seed ?? id
    const { target, emit } = createEvents<PeerEvents>()

    const startLearner = await prepareLearner(recipe, options, seed)
    const { trainer, died, device = null, warnings = [], standardising, seen: samplesSeen } = await startLearner()
    try {
      const storage = state?.storage(trainer.layout)
      const checkpoint = await resume(options, recipe, await storage?.load())
      const swarm = checkpoint?.swarm ?? recipeHash(recipe)
      const network = await createLibp2pNetwork({
        swarm,
        identity,
        // Others would wait for one that they hear of, and that averages with nobody.
        listen: alone ? [] : options.network?.listen,
        connect: alone ? [] : options.network?.connect,
        mdns: !alone && (options.network?.mdns ?? true),
        bandwidth: bandwidthOf(options.network?.bandwidth),
        random: createRandom(`${seed}/${id}/network`),
        warn: message => emit('warning', { message }),
      })
      const lanes = createLanes(network, systemClock)
      const steps = stepsOf(options, recipe, trainer.samples, checkpoint)
      const { localSteps } = recipe.exchange
      const minimumPeers = Math.max(recipe.start.minimumPeers, options.minimumPeers ?? 1)
      const wait = options.wait === undefined ? undefined : options.wait * MS_PER_SECOND
      let accuracy: number | null = null
      let failure: Error | undefined
      let agreed: Consensus | undefined
      let isAlone = false
      // The core knows a part of the peer's events. What ends the peer is told once, whoever sees it first.
      const tell: Emit = (name, detail) => {
        if (name === 'failed') {
          if (failure !== undefined) return
          const { error } = detail as PeerEvents['failed']
          failure = error instanceof TrainingDivergedError ? explainDivergence(error, samplesSeen) : error
          emit('failed', { error: failure })
          return
        }
        if (name === 'alone') {
          failure ??= new NobodyThereError(
            'everybody else has been gone for a while, so there is nobody left to agree with; this peer has what it trained',
          )
          isAlone = true
        }
        if (name === 'round') accuracy = (detail as PeerEvents['round']).accuracy
        if (name === 'consensus') agreed = detail as PeerEvents['consensus']
        emit(name, detail as never)
      }
      const gossip = await createGossip(
        {
          swarm,
          recipe,
          topology,
          steps,
          localSteps,
          averages,
          inRounds,
          rule,
          compression,
          fragments,
          target: options.consensusDistance ?? recipe.averaging.consensusDistance,
          maximumNorm: recipe.security.maximumNorm,
          chanceLoss: options.trainer === undefined ? Math.log(recipe.model.classes) : undefined,
          evaluateEvery: Math.max(stepsPerRound(localSteps), Math.ceil(steps / EVALUATIONS)),
          minimumPeers,
          wait,
          hasContacts: (options.network?.connect?.length ?? 0) > 0,
          patience: recipe.start.patience,
          stays: options.stay,
          network: standardising === undefined ? network : lanes.main,
          clock: systemClock,
          random: createRandom(`${seed}/${id}/gossip`),
          trainer,
          storage,
          checkpoint,
        },
        tell,
      )
      died?.addEventListener('abort', () => tell('failed', { error: died.reason as Error }))
      // Not before: the core has refused a state of another recipe.
      await state?.keepRecipe(`${JSON.stringify(recipe, null, 2)}\n`)
      /** Ends whatever waits for the peer. */
      const stopped = new AbortController()
      let agreedStatistics: AgreedStatistics | undefined

      function useStatistics(statistics: AgreedStatistics): void {
        if (stopped.signal.aborted) return
        const isFirst = agreedStatistics === undefined
        if (!isFirst) {
          emit('warning', { message: 'the swarm has agreed anew on how samples are standardised' })
        }
        agreedStatistics = statistics
        standardising?.use(statistics)
        emit('standardised', describeMap(statistics))
        if (isFirst) gossip.start().catch(error => tell('failed', { error }))
      }

      const statistics =
        standardising &&
        averages &&
        createStatistics({
          // Of the recipe, whatever the generation: what samples are standardised by stays.
          swarm: recipeHash(recipe),
          recipe,
          lanes,
          clock: systemClock,
          random: createRandom(`${seed}/${id}/statistics`),
          own: standardising.own,
          minimumPeers,
          wait,
          // Whoever is heard on the main lane has agreed, and trains, or is about to.
          isOpen: () => agreedStatistics === undefined && gossip.status().peers.length === 0,
          storage: state && ((kind, layout) => state.storage(layout, statisticsFile(kind))),
          emit: tell,
          agreed: useStatistics,
        })
      /** Parameters, those of an earlier run too, are of no use before it is known what samples are standardised by. */
      const usable = () => standardising === undefined || agreedStatistics !== undefined
      const sealed = () => (usable() ? gossip.sealed() : undefined)
      let starting: Promise<void> | undefined
      let stopping: Promise<void> | undefined

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
        else void findStatistics(standardising)
      }

      async function findStatistics({ own }: Standardising): Promise<void> {
        try {
          if (statistics) await statistics.start()
          else useStatistics(await statisticsOf(own, stopped))
        } catch (error) {
          if (!stopped.signal.aborted) tell('failed', { error: error as Error })
        }
      }

      /** Whoever has sealed may be the only one that others can get the seal from. */
      async function untilNeedless(): Promise<void> {
        const end = systemClock.now() + LEAVING_MS
        while (sealed() !== undefined && !gossip.dismissed() && systemClock.now() < end && failure === undefined) {
          await systemClock.sleep(WATCH_INTERVAL_MS, { signal: stopped.signal })
        }
      }

      function whyEnded(): string {
        if (alone || isAlone) return 'alone'
        if (failure !== undefined) return 'failed'
        if (sealed() === undefined) return 'stopped'
        return gossip.status().inModel ? 'consensus' : 'adopted'
      }

      async function stopAll(reason = whyEnded()): Promise<void> {
        if (reason !== 'interrupted' && reason !== 'failed' && options.stay !== true) await untilNeedless()
        stopped.abort(new StoppedError())
        try {
          try {
            if (statistics) await statistics.stop()
          } finally {
            await gossip.stop()
          }
        } finally {
          await trainer.stop()
          await state?.release()
          const checkpoint = state !== undefined && existsSync(state.checkpointFile) ? state.checkpointFile : null
          const status = gossip.status()
          emit('stopped', {
            reason,
            step: status.step,
            accuracy,
            checkpoint,
            ...peerBytes(status, status),
            ...outcomeOf(status),
          })
        }
      }

      /** Resolves when it is so; rejects when the peer fails or stops before. */
      async function watch(done: () => boolean, signal = new AbortController().signal): Promise<void> {
        const either = { signal: AbortSignal.any([signal, stopped.signal]) }
        while (!done()) {
          if (failure !== undefined) throw failure
          await systemClock.sleep(WATCH_INTERVAL_MS, either)
        }
      }

      return {
        ...bound(target),
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
          accuracy = evaluation.accuracy
          return evaluation
        },
        async untilConsensus({ distance, signal } = {}) {
          const near = () => {
            if (distance === undefined) return false
            const { phase, consensusDistance } = gossip.status()
            return phase !== 'training' && consensusDistance !== null && consensusDistance <= distance
          }
          const trainedAlone = () => alone && gossip.trained() !== undefined
          await watch(() => sealed() !== undefined || trainedAlone() || (usable() && near()), signal)
          if (agreed !== undefined && agreed.parametersHash === gossip.sealed()) return agreed
          const { consensusDistance, peers } = gossip.status()
          return {
            consensusDistance: consensusDistance ?? 0,
            parametersHash: hashParameters(gossip.parameters()),
            members: 1 + peers.length,
          }
        },
        untilDismissed: ({ signal }) => watch(() => gossip.dismissed(), signal),
        async model() {
          if (options.trainer !== undefined)
            throw new UsageError('the model of a trainer of its own is not TensorFlow.js')
          const { toLayersModel } = await import('./training/layers-model/layers-model.ts')
          const { name, shape, classes } = recipe.model
          const bare = await toLayersModel(name, shape, classes, gossip.parameters())
          if (agreedStatistics === undefined) return bare
          const { prependMap } = await import('./training/layers-model/prepend-map.ts')
          return prependMap(bare, shape, mapOf(agreedStatistics))
        },
        stop(reason) {
          stopping ??= stopAll(reason)
          return stopping
        },
      }
    } catch (error) {
      await trainer.stop()
      throw error
    }
  } catch (error) {
    await state?.release()
    throw error
  }
}

/** How long a peer that has sealed waits at its end for those that have not, who may have nobody else to ask. */
const LEAVING_MS = 10_000

const MS_PER_SECOND = 1_000

/** @throws UsageError where options contradict one another */
function requireFitting({ steps, epochs, alone, wait, stay, more, state, minimumPeers }: PeerOptions): void {
  if (steps !== undefined && epochs !== undefined) {
    throw new UsageError('steps and epochs both say how long the peer trains: give one of them')
  }
  if (epochs !== undefined && !(epochs > 0 && Number.isFinite(epochs))) {
    throw new UsageError(`epochs is ${epochs}; it must be a number above 0`)
  }
  if (wait !== undefined && !(wait >= 0))
    throw new UsageError(`wait is ${wait}; it must be a number of seconds, at least 0`)
  if (minimumPeers !== undefined && !(Number.isInteger(minimumPeers) && minimumPeers >= 1)) {
    throw new UsageError(`minimumPeers is ${minimumPeers}; it must be a whole number of at least 1`)
  }
  if (more !== undefined && !(Number.isInteger(more) && more >= 1)) {
    throw new UsageError(`more is ${more}; it must be a whole number of local steps, at least 1`)
  }
  if (more !== undefined && state === undefined) {
    throw new UsageError('more goes on from the parameters that were sealed in a state: give the folder, as state')
  }
  if (alone && (stay || wait !== undefined || minimumPeers !== undefined)) {
    throw new UsageError('a peer that trains alone waits for nobody: leave out stay, wait and minimumPeers')
  }
}

/**
 * The checkpoint from which a peer goes on.
 *
 * @throws CheckpointMismatchError where it belongs to another recipe, NothingSealedError where there is nothing to go on from
 */
async function resume(
  { more, state = '' }: PeerOptions,
  recipe: Recipe,
  checkpoint: Checkpoint | undefined,
): Promise<Checkpoint | undefined> {
  const hash = recipeHash(recipe)
  if (checkpoint !== undefined && checkpoint.swarm !== generationId(hash, checkpoint.generation?.seals ?? [])) {
    throw otherSwarm(checkpoint.swarm, hash)
  }
  return more === undefined ? checkpoint : beginNext(checkpoint, { recipeHash: hash, steps: more, state })
}

/** Local steps that a peer trains at least. */
function stepsOf(
  { steps, epochs, more }: PeerOptions,
  { training }: Recipe,
  samples: number,
  checkpoint: Checkpoint | undefined,
): number {
  if (more !== undefined) return more
  if (steps === undefined && epochs === undefined && checkpoint?.generation) return checkpoint.generation.steps
  return epochs === undefined ? (steps ?? training.steps) : stepsForEpochs(epochs, samples, training.batch)
}

function outcomeOf(status: GossipStatus): PeerOutcome {
  const { ownSteps, exchanges, exchangesAsked, partners, inModel, leftOut, members, vanished } = status
  return { ownSteps, exchanges, exchangesAsked, partners, inModel, leftOut, members, vanished }
}

const BITS_PER_BYTE = 8

/** @throws UsageError */
function bandwidthOf(megabits: number | undefined): Bandwidth | undefined {
  if (megabits === undefined) return undefined
  if (!(megabits > 0)) throw new UsageError(`a bandwidth of ${megabits} Mbit/s carries nothing; it must be above 0`)
  const bytesPerSecond = (megabits * 1e6) / BITS_PER_BYTE
  return { upload: bytesPerSecond, download: bytesPerSecond }
}

/** What a peer learns with, and when its thread died, where it has one. */
interface Learner {
  readonly trainer: Trainer
  readonly died?: AbortSignal
  readonly device?: string | null
  /** What the user should know about the data and the choice of the backend. */
  readonly warnings?: readonly string[]
  /** Where the recipe says that samples are standardised. */
  readonly standardising?: Standardising
  /** What the trainer sees of the shard, where it is one of ours. */
  readonly seen?: Dataset
}

/**
 * Loads and checks the data, and gives what starts the trainer: the one that the caller brought, or that of the recipe's
 * model in a thread of its own.
 */
async function prepareLearner(
  recipe: Recipe,
  { trainer: own, data: source = 'digits', shard: part, backend = 'auto', gpu, strict }: PeerOptions,
  seed: number | string,
): Promise<() => Promise<Learner>> {
  if (own !== undefined) return async () => ({ trainer: own })
  const oddities: string[] = []
  const loading = { seed, strict, warn: (message: string) => oddities.push(message) }
  const split = fitData(recipe, typeof source === 'string' ? await loadDataset(source, loading) : source)
  const shard = part === undefined ? split.train : shardsOf(split.train, part)[part.index]
  const standardising = recipe.data.standardise ? createStandardising(shard) : undefined
  const seen = (dataset: Dataset) => standardising?.through(dataset) ?? dataset
  const options = trainerOptionsOf(recipe, seen(shard), seen(split.test), `${seed}/samples`, backend)
  return async () => {
    const { name, devices } = await chooseBackend(backend, gpu)
    const trainer = await createWorkerTrainer({ ...options, backend: name, gpu })
    return { trainer, died: trainer.died, device: devices.device, warnings: oddities, standardising, seen: seen(shard) }
  }
}

function bound<Events>(target: TypedEventTarget<Events>): TypedEventTarget<Events> {
  return {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  }
}
