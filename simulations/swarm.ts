/**
 * N real peers on this machine: each with its own libp2p node, identity and training thread, over TCP.
 *
 * @packageDocumentation
 */

import { join } from 'node:path'
import { admissionOf } from '../src/admission/listed.ts'
import { checkInMemory } from '../src/data/check-dataset.ts'
import { type Dataset, samples, subset } from '../src/data/dataset.ts'
import { joinDatasets } from '../src/data/join.ts'
import type { Split } from '../src/data/source.ts'
import { UsageError } from '../src/errors.ts'
import type { PeerId } from '../src/gossip/ports.ts'
import { PROGRESS_LABELS } from '../src/gossip/run/constants.ts'
import { createPeerAmong } from '../src/library/create-peer.ts'
import { figuresOfRecipe } from '../src/library/figures-of-recipe.ts'
import { shardsOf } from '../src/library/fit-data.ts'
import { requireInitialWeights } from '../src/library/initial-weights.ts'
import type { Peer } from '../src/library/peer.ts'
import { peerBytes } from '../src/library/peer-bytes.ts'
import { prepareRecipe } from '../src/library/prepared-recipe.ts'
import { sampleText } from '../src/library/sample-text.ts'
import { systemClock } from '../src/library/system-clock.ts'
import { trainerOptionsOf } from '../src/library/trainer-options.ts'
import { hashParameters } from '../src/parameters/hash.ts'
import { meanOf } from '../src/parameters/vectors.ts'
import { createRandom } from '../src/random/random.ts'
import { type Recipe, stepsPerRound } from '../src/recipe/recipe.ts'
import { quantitiesOf } from '../src/standardise/quantities.ts'
import { createStandardiser } from '../src/standardise/standardiser.ts'
import { freeThreads } from '../src/training/free-threads.ts'
import { shareDataset } from '../src/training/remote/share-dataset.ts'
import { createWorkerTrainer } from '../src/training/remote/worker-trainer.ts'
import type { Trainer } from '../src/training/trainer.ts'
import { trainAlone } from './alone.ts'
import { concludeRun } from './conclude-run.ts'
import { peerQuality } from './judgement.ts'
import { fixedSpectralGap, type Judge, measureRound } from './measure.ts'
import { type Placement, placePeers } from './placement.ts'
import type { RoundResult, RunResult } from './result.ts'
import { requireSwarmOptions, type SwarmOptions } from './swarm-options.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** Evaluations of the whole swarm during training: each costs one pass over the test set for every peer. */
const EVALUATIONS = 10

const POLL_MS = 100

/**
 * Runs a swarm until it has sealed, and then each peer's training again without the others, for comparison.
 *
 * @throws UsageError where the recipe, the data or an option cannot be
 */
export async function runSwarm(options: SwarmOptions): Promise<RunResult> {
  requireSwarmOptions(options)
  const { peers: count, seed, backend = 'auto', onPhase = () => {} } = options
  const signal = options.signal ?? new AbortController().signal
  const prepared = await prepareRecipe(options.recipe)
  const { recipe } = prepared
  requireInitialWeights(recipe, options.from)
  requireNoOutsiders(recipe, options)
  if (recipe.averaging.rule === 'none' && recipe.data.standardise) {
    throw new UsageError(
      'with the rule none every peer standardises by its own samples, and no test set can be read by all of them alike; ' +
        'leave out data.standardise, or take another rule: its result says too what each peer reaches alone',
    )
  }
  prepared.requirePeers(count)
  const owned = dealData(options, prepared.fitData)
  const shards = owned.map(({ train }) => train)
  const test = testOfAll(owned)
  const standardising = recipe.data.standardise ? createStandardiser(shards[0], quantitiesOf(recipe)) : undefined
  const placement = await placePeers(backend, options.gpus)
  const began = systemClock.now()

  const peers: Peer[] = []
  let judging: Trainer | undefined
  try {
    const one = subset(shards[0], Int32Array.of(0))
    // The test samples as peers see them, once they have agreed on a scaling.
    const seen = standardising?.through(test) ?? test
    const judge = await createWorkerTrainer({
      ...trainerOptionsOf(recipe, one, seen, 0, placement.backend),
      gpu: placement.gpuOf(0),
      weights: options.from,
    })
    judging = judge
    await makePeers({ ...options, backend }, placement, recipe, owned, peers)
    options.onStart?.(peers)
    onPhase('training')

    const failed = new AbortController()
    for (const peer of peers) {
      peer.addEventListener('failed', ({ detail }) => failed.abort(detail.error))
      peer.addEventListener('standardised', () => {
        const statistics = peer.standardisation()
        if (statistics !== undefined) standardising?.use(statistics)
      })
    }
    const rounds = await watchSwarm(peers, recipe, began, judge.evaluate, {
      signal,
      failed: failed.signal,
      onRound: options.onRound,
    })
    const time = (systemClock.now() - began) / 1_000
    const hashes = new Set(peers.map(peer => peer.sealed()))
    const sealed = hashes.size === 1 && !hashes.has(undefined)
    const merged = meanOf(peers.map(peer => peer.parameters()))
    const results = peers.map((peer, i) => {
      const status = peer.status()
      const { ownSteps, exchanges, exchangesAsked, partners, inModel } = status
      return {
        peer: peer.id,
        samples: samples(shards[i]),
        sealed: peer.sealed() ?? null,
        ...peerBytes(status, status),
        ownSteps,
        exchanges,
        exchangesAsked,
        partners,
        inModel,
      }
    })
    const interrupted = signal.aborted
    const qualities: ReturnType<typeof peerQuality>[] = []
    for (const peer of peers) qualities.push(peerQuality(await judge.evaluate(peer.trained() ?? peer.parameters())))
    const counts = await judge.judge?.(merged)
    await stopAll(peers, interrupted ? 'interrupted' : 'consensus')

    const seeds = shards.map((_shard, index) => seedOf(seed, index))
    if (!interrupted) onPhase('alone')
    const alone = interrupted
      ? []
      : await trainAlone({ recipe, shards, test, from: options.from, seeds, placement, signal })
    onPhase('done')
    const wallSeconds = (systemClock.now() - began) / 1_000
    return concludeRun({
      recipe,
      seed,
      engine: 'libp2p',
      peers: count,
      rounds,
      spectralGap: fixedSpectralGap(prepared.topology, count),
      parametersHash: sealed ? (peers[0].sealed() as string) : hashParameters(merged),
      sample: await sampleText(recipe, merged, createRandom(`${seed}/sample`), judge.frozen),
      sealed,
      peerResults: results.map((result, i) => ({ ...result, ...qualities[i], ...(alone[i] ?? { alone: null }) })),
      partial: interrupted ? { reason: 'interrupted' } : undefined,
      figures: counts && figuresOfRecipe(recipe, counts, seen.valueMap?.scale),
      wallSeconds,
      secondsInRounds: time,
      peerSteps: count * recipe.training.steps,
    })
  } catch (error) {
    await stopAll(peers, signal.aborted ? 'interrupted' : 'failed')
    throw error
  } finally {
    await judging?.stop()
  }
}

/** @throws UsageError where outsiders are to be met that cannot be let in */
function requireNoOutsiders({ security }: Recipe, { connect = [], mdns = false }: SwarmOptions): void {
  if (security.membership === 'open' || (connect.length === 0 && !mdns)) return
  throw new UsageError(
    `runSwarm: the recipe says ${security.membership} (security.membership), and the peers of a swarm on one machine have neither invitations ` +
      'nor its key, by which others would let them in: leave out connect and mdns, or start each with createPeer (hearsay peer)',
  )
}

/**
 * What each peer owns, in memory that threads share: a shard of the samples, and all of the test samples, or what is its own.
 *
 * @throws UsageError where there are not so many data as peers, or it is not said how to deal
 */
function dealData({ data, peers, partition, seed }: SwarmOptions, fitting: (data: Split) => Split): Split[] {
  if (isEachOwn(data)) {
    if (data.length !== peers) {
      throw new UsageError(`runSwarm: data are of ${data.length} peers; there must be as many as peers, ${peers}`)
    }
    if (partition !== undefined) {
      throw new UsageError('runSwarm: partition says how data are dealt; here every peer has its own: leave it out')
    }
    return data.map(each => {
      const { train, test, ...rest } = fitting(checkInMemory(each))
      return { ...rest, train: shareDataset(train), test: shareDataset(test) }
    })
  }
  if (partition === undefined)
    throw new UsageError("runSwarm: partition must be a text, such as 'iid': how data are dealt")
  const { train, test, ...rest } = fitting(checkInMemory(data))
  const shared = shareDataset(test)
  return shardsOf(train, { of: peers, partition, seed }).map(shard => ({
    ...rest,
    train: shareDataset(shard),
    test: shared,
  }))
}

function isEachOwn(data: SwarmOptions['data']): data is readonly Split[] {
  return Array.isArray(data)
}

/** The test samples of all peers, each once: where data were dealt, they have the same ones. */
function testOfAll(owned: readonly Split[]): Dataset {
  return shareDataset(joinDatasets([...new Set(owned.map(({ test }) => test))]))
}

/**
 * Peers of a recipe to which outsiders would need an invitation or a key let in one another and nobody else: it can be rehearsed by whoever
 * has neither.
 */
async function makePeers(
  options: SwarmOptions,
  { backend: chosen, gpuOf }: Placement,
  recipe: Recipe,
  owned: readonly Split[],
  peers: Peer[],
): Promise<void> {
  const { seed, backend, state, listen = [LOOPBACK], connect = [], mdns = false, bandwidthMbps } = options
  const ids = new Set<PeerId>()
  const admission = recipe.security.membership === 'open' ? undefined : admissionOf(ids)
  const create = async (index: number, known: readonly string[]): Promise<Peer> => {
    const peer = await createPeerAmong(admission, {
      recipe,
      data: owned[index],
      from: options.from,
      network: { listen, connect: [...connect, ...known], mdns, bandwidthMbps },
      ...(options.peers === 1 ? { alone: true } : { minimumPeers: options.peers }),
      state: state === undefined ? undefined : join(state, `peer-${index + 1}`),
      seed: seedOf(seed, index),
      // The first one tells why a better one was not chosen; once is enough.
      backend: index === 0 ? backend : chosen,
      gpu: gpuOf(index),
      threads: options.threads ?? freeThreads(options.peers),
    })
    peers[index] = peer
    ids.add(peer.id)
    return peer
  }
  const first = await create(0, [])
  await first.listen()
  // Settled, not all: one that cannot be made must not leave others behind that are still being made.
  const rest = Array.from(owned.keys()).slice(1)
  const made = await Promise.allSettled(rest.map(index => create(index, first.addresses())))
  for (const outcome of made) if (outcome.status === 'rejected') throw outcome.reason
}

interface Watching {
  /** Ends the run early, and cleanly. */
  readonly signal: AbortSignal
  /** A peer cannot go on. */
  readonly failed: AbortSignal
  readonly onRound?: (round: RoundResult) => void
}

/** Starts the peers, and measures the swarm before and now and then, until every peer has sealed, or has trained where nothing is averaged. */
async function watchSwarm(
  peers: readonly Peer[],
  recipe: Recipe,
  began: number,
  judge: Judge,
  { signal, failed, onRound = () => {} }: Watching,
): Promise<RoundResult[]> {
  const rounds: RoundResult[] = []
  const { steps } = recipe.training
  const roundSteps = stepsPerRound(recipe.exchange.localSteps)

  /** Test samples mean nothing to a model before it is known what they are standardised by. */
  const isReadable = () => !recipe.data.standardise || peers.some(peer => peer.standardisation() !== undefined)

  /** The swarm as it is now, to be judged now or later. */
  function moment() {
    const states = peers.map(peer => peer.status())
    return {
      facts: {
        peers: peers.length,
        round: Math.floor(Math.min(...states.map(({ step }) => step)) / roundSteps),
        time: (systemClock.now() - began) / 1_000,
        bytesSent: states.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
        messages: states.reduce((sum, { exchangesBegun }) => sum + exchangesBegun, 0),
      },
      vectors: peers.map(peer => peer.parameters()),
    }
  }

  async function measure({ facts, vectors }: ReturnType<typeof moment>, labels?: number): Promise<void> {
    const round = await measureRound(facts, vectors, null, isReadable() ? judge : undefined, labels)
    rounds.push(round)
    onRound(round)
  }

  const isolated = recipe.averaging.rule === 'none' || peers.length === 1
  const over = () => peers.every(peer => (isolated ? peer.trained() !== undefined : peer.sealed() !== undefined))
  /** Until it has been judged. */
  let beginning: ReturnType<typeof moment> | undefined = moment()

  async function judgeBeginning(): Promise<void> {
    if (beginning === undefined) return
    const first = beginning
    beginning = undefined
    await measure(first, PROGRESS_LABELS)
  }

  if (isReadable()) await judgeBeginning()
  await Promise.all(peers.map(peer => peer.start()))
  let next = steps / EVALUATIONS
  const either = AbortSignal.any([signal, failed])
  while (!over() && !signal.aborted) {
    // An interrupted run still reports how far it came; a peer that fails ends it with the error.
    await systemClock.sleep(POLL_MS, { signal: either }).catch(() => failed.throwIfAborted())
    if (isReadable()) await judgeBeginning()
    const slowest = Math.min(...peers.map(peer => peer.status().step))
    if (slowest < next || slowest >= steps) continue
    next = slowest + steps / EVALUATIONS
    await measure(moment(), PROGRESS_LABELS)
  }
  await judgeBeginning()
  await measure(moment(), signal.aborted ? PROGRESS_LABELS : undefined)
  return rounds
}

/** A peer's own seed. */
const seedOf = (seed: number, index: number) => seed * 1_000 + index

/** @param peers with holes where one could not be made */
async function stopAll(peers: readonly (Peer | undefined)[], reason: string): Promise<void> {
  await Promise.allSettled(peers.map(peer => peer?.stop(reason)))
}
