import { parseTopology } from './averaging/topologies/registry.ts'
import type { Dataset } from './data/dataset.ts'
import type { Split } from './data/source.ts'
import { loadDataset } from './data/sources.ts'
import { UsageError } from './errors.ts'
import { StoppedError } from './gossip/errors.ts'
import type { Emit, GossipEvents } from './gossip/events.ts'
import { createGossip, type GossipStatus } from './gossip/gossip.ts'
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
import { parseRecipe, type Recipe, type RecipeInput, recipeHash, stepsPerRound } from './recipe/recipe.ts'
import { createStandardising, describeMap, mapOf, type Standardising, statisticsOf } from './standardising.ts'
import { openStateDirectory, statisticsFile } from './storage/state-directory.ts'
import { systemClock } from './system-clock.ts'
import { chooseBackend } from './training/choose-backend.ts'
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
  /** Local steps after which this peer stops training, in place of the recipe's. */
  readonly steps?: number
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
    /** `consensus`, `interrupted`, `failed`, `stopped`. */
    readonly reason: string
    readonly step: number
    readonly accuracy: number | null
    /** The checkpoint's file, where state is kept. */
    readonly checkpoint: string | null
  }
}

export interface Consensus {
  readonly consensusDistance: number
  /** Hex SHA-256 of the parameters: of all peers, once sealed. */
  readonly parametersHash: string
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
   * swarm to be that close. Rejects when the peer fails or stops, or the signal is aborted.
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
  /** Ends cleanly: the last exchange settled or dropped on both sides, a checkpoint written. */
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
  const written = parseRecipe(options.recipe ?? {})
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
  const swarm = recipeHash(recipe)
  const topology = parseTopology(recipe.averaging.topology, { seed: swarm })
  const { averages, inRounds, rule, compression, fragments } = peerAveraging(recipe, topology)

  const state = options.state === undefined ? undefined : await openStateDirectory(options.state)
  try {
    const identity = state === undefined ? await createIdentity() : await state.identity(createIdentity)
    const id = peerIdOf(identity)
    const seed = options.seed ?? id
    const { target, emit } = createEvents<PeerEvents>()

    const startLearner = await prepareLearner(recipe, options, seed)
    const network = await createLibp2pNetwork({
      swarm,
      identity,
      listen: options.network?.listen,
      connect: options.network?.connect,
      mdns: options.network?.mdns ?? true,
      bandwidth: bandwidthOf(options.network?.bandwidth),
      random: createRandom(`${seed}/${id}/network`),
      warn: message => emit('warning', { message }),
    })
    const { trainer, died, device = null, warnings = [], standardising } = await startLearner()
    const lanes = createLanes(network, systemClock)
    try {
      const storage = state?.storage(trainer.layout)
      const checkpoint = await storage?.load()
      const steps = options.steps ?? recipe.training.steps
      const { localSteps } = recipe.exchange
      let accuracy: number | null = null
      let failure: Error | undefined
      let agreed: Consensus | undefined
      // The core knows a part of the peer's events. What ends the peer is told once, whoever sees it first.
      const tell: Emit = (name, detail) => {
        if (name === 'failed') {
          if (failure !== undefined) return
          failure = (detail as PeerEvents['failed']).error
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
          evaluateEvery: Math.max(stepsPerRound(localSteps), Math.ceil(steps / EVALUATIONS)),
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
          swarm,
          recipe,
          lanes,
          clock: systemClock,
          random: createRandom(`${seed}/${id}/statistics`),
          own: standardising.own,
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

      async function stopAll(reason: string): Promise<void> {
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
          const checkpointFile = state?.checkpointFile ?? null
          const status = gossip.status()
          const bytes = peerBytes(status, status)
          emit('stopped', { reason, step: gossip.step(), accuracy, checkpoint: checkpointFile, ...bytes })
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
          await watch(() => sealed() !== undefined || (usable() && near()), signal)
          if (agreed !== undefined && agreed.parametersHash === gossip.sealed()) return agreed
          const consensusDistance = gossip.status().consensusDistance ?? 0
          return { consensusDistance, parametersHash: hashParameters(gossip.parameters()) }
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
        stop(reason = 'stopped') {
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
    const { name, devices, passedOver } = await chooseBackend(backend, gpu)
    const trainer = await createWorkerTrainer({ ...options, backend: name, gpu })
    const warnings = [...oddities, ...passedOver]
    return { trainer, died: trainer.died, device: devices.device, warnings, standardising }
  }
}

function bound<Events>(target: TypedEventTarget<Events>): TypedEventTarget<Events> {
  return {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  }
}
