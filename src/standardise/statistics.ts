/**
 * The mean and the variance of every feature over the samples of all peers, agreed on by averaging: nobody's samples are
 * told, only sums over all that a peer has, blurred by those of others with every exchange.
 * Where values may be missing, n is a figure of every feature's own: that of the samples that have one.
 *
 * The same core that averages models averages two vectors, one after the other: first (n, n·mean) of each peer's own
 * samples, whose average over the peers gives the pooled mean as a quotient, then (n, n·E[(x − mean)²]) around that mean.
 * Not both at once: E[x²] − mean² would lose all digits where a feature varies little around a large value. Each ends with
 * the seal, so that all peers hold the same bytes, and stays up for those that come later, who take what was sealed.
 *
 * The samples of a peer count if it comes before anybody uses what was agreed on. Where two groups that agreed apart meet before that, the
 * core averages again, and the new statistics replace the old ones.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { adpsgd } from '../averaging/rules/adpsgd.ts'
import { complete as everybody } from '../averaging/topologies/complete.ts'
import { featureOf, type Quantities, standardisedCount } from '../data/quantities.ts'
import { StoppedError, UnusableStatisticsError } from '../gossip/errors.ts'
import type { Emit, GossipEvents } from '../gossip/events.ts'
import { createGossip, type Gossip } from '../gossip/gossip.ts'
import type { RecipeDocument } from '../gossip/membership/recipe-handshake.ts'
import type { AbortOptions, Clock, PeerId, Storage } from '../gossip/ports.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import { createMutex } from '../mutex.ts'
import { createLayout, type Layout } from '../parameters/layout.ts'
import { norm } from '../parameters/vectors.ts'
import type { Random } from '../random/random.ts'
import {
  STATISTICS_DISTANCE,
  STATISTICS_MAXIMUM_NORM,
  STATISTICS_NEWCOMER_MS,
  STATISTICS_TIMEOUT_MS,
} from './constants.ts'
import { exchangesToAgree } from './exchanges-to-agree.ts'
import type { Namespaces } from './namespaces.ts'
import { createStillTrainer } from './still-trainer.ts'

/** The statistics of a peer's own samples. */
export interface OwnStatistics {
  readonly samples: number
  /** Quantities that are standardised. */
  readonly features: number
  /** Which they are; all features where absent. */
  readonly quantities?: Quantities
  /** `[features]`: in how many samples each is not missing. Absent where none ever is: then all of `samples`. */
  counts?(options: AbortOptions): Promise<Float64Array>
  /** `[features]`. Rejects with the signal's reason when it is aborted: there may be hours of samples. */
  mean(options: AbortOptions): Promise<Float64Array>
  /** `[features]`: the mean squared difference from `centre`. Rejects as {@link mean} does. */
  variationAround(centre: Float64Array, options: AbortOptions): Promise<Float64Array>
}

/** The statistics over the samples of all peers of a swarm. */
export interface AgreedStatistics {
  /** `[features]` */
  readonly mean: Float64Array
  /** `[features]` */
  readonly variance: Float64Array
  /** Those of the values that are to be predicted, `[outputs]`, less their origins: of a regression. */
  readonly targets?: { readonly mean: Float64Array; readonly variance: Float64Array }
  /** Shares of the classes in the samples, `[classes]`: where classes count by them. */
  readonly shares?: Float64Array
}

/** Statistics of quantities as statistics of all features, of which those that are not standardised have mean and variance 0. */
export function inFull(
  quantities: Quantities | undefined,
  mean: Float64Array,
  variance: Float64Array,
): AgreedStatistics {
  if (quantities === undefined) return { mean, variance }
  const { features, outputs } = quantities
  const end = standardisedCount(quantities)
  const count = end - outputs
  const spread = (values: Float64Array) => {
    const full = new Float64Array(features)
    for (let i = 0; i < count; i++) full[featureOf(quantities, i) as number] = values[i]
    return full
  }
  const all = { mean: spread(mean), variance: spread(variance) }
  const targets = { mean: mean.slice(count, end), variance: variance.slice(count, end) }
  return {
    ...all,
    ...(outputs === 0 ? {} : { targets }),
    ...(quantities.classes === undefined ? {} : { shares: mean.slice(end) }),
  }
}

export interface StatisticsOptions {
  /** The recipe's hash. */
  readonly swarm: string
  readonly recipe: RecipeDocument
  /** Namespaces of a network that has been started, or soon will be. */
  readonly namespaces: Namespaces
  readonly clock: Clock
  readonly random: Random
  readonly own: OwnStatistics
  /** Members that must be there before anything is agreed on. */
  readonly minimumPeers: number
  /** How long to wait for them, in milliseconds. Default: for ever. */
  readonly wait?: number
  /** Whether a newcomer still has a part: nobody uses yet what was agreed on. */
  readonly isOpen: () => boolean
  /** The storage of a namespace's checkpoints; without, a restarted peer has to ask the others. */
  readonly storage?: (namespace: 'means' | 'variations', layout: Layout) => Storage
  /** Called with warnings, and with what ends the statistics. */
  readonly emit: Emit
  /** Called with the statistics that were agreed on, and again when they change. */
  readonly onAgreed: (statistics: AgreedStatistics) => void
}

export interface Statistics {
  /** Begins. What is agreed is told to {@link StatisticsOptions.onAgreed}. */
  start(): Promise<void>
  stop(): Promise<void>
}

export function createStatistics(options: StatisticsOptions): Statistics {
  const { own, clock, emit } = options
  let means: Gossip | undefined
  let variations: Gossip | undefined
  /** Hash of the means around which variations are agreed on. */
  let around: string | undefined
  const work = createMutex()
  const stopping = new AbortController()
  const stop = { signal: stopping.signal }

  /** One thing after the other, and nothing after the end. */
  async function then(next: () => Promise<void>): Promise<void> {
    try {
      await work.run(async () => {
        if (!stopping.signal.aborted) await next()
      })
    } catch (error) {
      if (!stopping.signal.aborted) emit('failed', { error: error as Error })
    }
  }

  const hasGaps = own.counts !== undefined
  const weightsOf = async () => (await own.counts?.(stop)) ?? own.samples

  async function startMeans(): Promise<void> {
    means = await startNamespace(
      options,
      'means',
      'means',
      async () => sumsOf(await weightsOf(), await own.mean(stop)),
      (hash, sums) => void then(() => startVariations(hash, sums)),
      // Others that started at the same time are waited for.
      since => since >= STATISTICS_NEWCOMER_MS,
    )
  }

  /** @param sums that have this hash */
  async function startVariations(hash: string, sums: Float32Array): Promise<void> {
    if (hash === around) return
    await variations?.stop()
    variations = undefined
    around = hash
    const mean = quotients(sums, hasGaps)
    const began = clock.now()
    /** A peer that has agreed on the means is to have its say in how values vary around them. */
    const complete = () =>
      clock.now() - began >= STATISTICS_TIMEOUT_MS ||
      everyoneOf(means?.status().peers ?? [], variations?.status().peers ?? [])
    variations = await startNamespace(
      options,
      'variations',
      variationsAround(hash),
      async () => sumsOf(await weightsOf(), await own.variationAround(mean, stop)),
      (_hash, sums) =>
        void then(async () => {
          if (hash === around) options.onAgreed(inFull(own.quantities, mean, quotients(sums, hasGaps)))
        }),
      complete,
    )
  }

  return {
    start: () => then(startMeans),
    async stop() {
      stopping.abort(new StoppedError())
      await work.idle()
      await Promise.all([means?.stop(), variations?.stop()])
    },
  }
}

/** The id of the swarm that agrees on one vector. */
function namespaceId(swarm: string, name: string): string {
  return createHash('sha256').update(`${swarm}/${name}`).digest('hex')
}

function variationsAround(means: string): string {
  return `variations/${means.slice(0, 16)}`
}

/** The statistics that a peer's checkpoints hold; undefined where none were agreed on yet. */
export function agreedIn(
  swarm: string,
  quantities: Quantities,
  means: Checkpoint | undefined,
  variations: Checkpoint | undefined,
): AgreedStatistics | undefined {
  if (means?.sealed === undefined || variations?.sealed === undefined) return undefined
  // Those around earlier means are left over.
  if (variations.swarm !== namespaceId(swarm, variationsAround(means.sealed))) return undefined
  const { hasGaps } = quantities
  return inFull(quantities, quotients(means.parameters, hasGaps), quotients(variations.parameters, hasGaps))
}

/** A swarm of its own that agrees on one vector. */
async function startNamespace(
  { swarm, recipe, namespaces, clock, random, own, minimumPeers, wait, isOpen, storage, emit }: StatisticsOptions,
  kind: 'means' | 'variations',
  name: string,
  vector: () => Promise<Float32Array>,
  onSealed: (hash: string, vector: Float32Array) => void,
  complete: (msSinceNewcomer: number) => boolean,
): Promise<Gossip> {
  const layout = createLayout([
    { name: kind, shape: [own.counts === undefined ? 1 + own.features : 2 * own.features], trainable: false },
  ])
  const id = namespaceId(swarm, name)
  const kept = storage?.(kind, layout)
  const checkpoint = await kept?.load()
  let exchanges = 0
  let joined = clock.now()
  const gossip = await createGossip(
    {
      swarm: id,
      recipe,
      topology: everybody,
      steps: 0,
      localSteps: 1,
      rule: adpsgd,
      // One alone has nothing to agree on.
      minimumPeers: Math.max(2, minimumPeers),
      wait,
      isOpen,
      target: STATISTICS_DISTANCE,
      maximumNorm: STATISTICS_MAXIMUM_NORM,
      evaluateEvery: Number.POSITIVE_INFINITY,
      network: namespaces.open(name),
      clock,
      random: random.fork(name),
      trainer: createStillTrainer(layout, vector),
      storage: kept,
      // One around other means is of no use.
      checkpoint: checkpoint?.swarm === id ? checkpoint : undefined,
      beyondTarget: true,
      mayPropose: () => {
        return exchanges >= exchangesToAgree(Math.max(2, gossip.members().length + 1)) && complete(clock.now() - joined)
      },
    },
    (event, detail) => {
      if (event === 'peer:join') {
        exchanges = 0
        joined = clock.now()
      }
      if (event === 'exchange' && 'outcome' in detail && detail.outcome === 'averaged') exchanges++
      // The vector too, as it is now: the receiver has other work, and meanwhile the namespace may have gone on averaging.
      if (event === 'consensus' && 'parametersHash' in detail) onSealed(detail.parametersHash, gossip.parameters())
      if (event === 'waiting' && 'minimum' in detail) emit('waiting', detail as GossipEvents['waiting'])
      if (event === 'warning' && 'message' in detail) emit('warning', { message: `statistics: ${detail.message}` })
      if (event === 'failed' && 'error' in detail) emit('failed', { error: detail.error })
    },
  )
  await gossip.start()
  return gossip
}

/**
 * `[1 + features]`: the number of samples, and that many times each value; or `[2 × features]`, each one's number of samples, and then
 * that many times each value.
 *
 * @throws UnusableStatisticsError naming the feature that makes them more than others would accept
 */
function sumsOf(samples: number | Float64Array, values: Float64Array): Float32Array {
  const counts = typeof samples === 'number' ? Float64Array.of(samples) : samples
  const vector = new Float32Array(counts.length + values.length)
  vector.set(counts)
  for (const [feature, value] of values.entries()) {
    vector[counts.length + feature] = (typeof samples === 'number' ? samples : samples[feature]) * value
  }
  requireNumbers(vector.subarray(counts.length))
  // Others take a vector beyond this bound for an attack, and ban its sender.
  if (norm(vector) > STATISTICS_MAXIMUM_NORM) throw tooLarge(largest(values))
  return vector
}

/** `[features]`: what {@link sumsOf} was given, whatever the vector was scaled by. 0 of what nobody has. */
function quotients(vector: Float32Array, hasGaps: boolean): Float64Array {
  const first = hasGaps ? vector.length / 2 : 1
  const values = Float64Array.from(vector.subarray(first), (sum, feature) => {
    const count = vector[hasGaps ? feature : 0]
    return hasGaps && count === 0 ? 0 : sum / count
  })
  requireNumbers(values)
  return values
}

function requireNumbers(values: Float32Array | Float64Array): void {
  const feature = values.findIndex(value => !Number.isFinite(value))
  if (feature >= 0) throw tooLarge(feature)
}

/** The feature of the value furthest from 0. */
function largest(values: Float64Array): number {
  return values.reduce((best, value, feature) => (Math.abs(value) > Math.abs(values[best]) ? feature : best), 0)
}

function tooLarge(feature: number): UnusableStatisticsError {
  return new UnusableStatisticsError(
    `feature ${feature} takes values that are too large to be standardised; scale it down in the data of every peer`,
  )
}

function everyoneOf(peers: readonly PeerId[], among: readonly PeerId[]): boolean {
  const there = new Set(among)
  return peers.every(peer => there.has(peer))
}
