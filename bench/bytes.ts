import { join } from 'node:path'
import { loadDataset, parseRecipe, type RoundResult, type Split, simulate } from '../src/index.ts'
import type { Benchmark, Row } from './benchmark.ts'

const DATA = process.env.HEARSAY_DATA ?? join(import.meta.dirname, '../../shared/data')
const MNIST = join(DATA, 'mnist-10k')

const PEERS = 16
const PARTITION = 'dirichlet:0.3'

/** The same for all: so many local steps of every peer, whatever it sends. The rate falls to 0: every rule settles. */
const TRAINING = { steps: 2_000, schedule: 'cosine', finalShare: 0 } as const

/** Seeds of the two that are compared: each deals other shards. Everything else in the table is run with the first. */
const SEEDS = [1, 2, 3] as const

/** The aim, as a share of the accuracy with which {@link ALL_TO_ALL} ends; the same for all, so that a low end is no easy aim. */
const AIM = 0.95

/** Local steps between two looks at a whole run. */
const LOOK_EVERY = 100

/** A configuration: what travels, to whom and how often. */
interface Exchanging {
  readonly rule: string
  readonly topology: string
  readonly compression: string
  readonly localSteps: number
}

/**
 * Float32 from everybody to everybody in every round, and a round is one local step: data-parallel training without any
 * sparing, as in Lian et al. 2017, "Can Decentralized Algorithms Outperform Centralized Algorithms?".
 */
const ALL_TO_ALL = exchanging('dpsgd', 'complete', 'none', 1)

/** Local steps of all-to-all averaging that spares rounds, so that what is won by that is seen apart. */
const SELDOM: readonly number[] = [10, 20, 50]

/** Chosen among many by the first seed; a few of the runs before the choice had the others. */
const BEST = exchanging('noloco:1,0.5', 'pairwise', 'int8', 20)

/** The other configurations that were tried, those that save little included. */
const OTHERS: readonly Exchanging[] = [
  exchanging('none', 'complete', 'none', 10),
  exchanging('adpsgd', 'pairwise', 'none', 10),
  exchanging('adpsgd', 'pairwise', 'fp16', 10),
  exchanging('adpsgd', 'pairwise', 'int8', 10),
  exchanging('adpsgd', 'pairwise', 'int8', 20),
  exchanging('adpsgd', 'base-k:1', 'int8', 20),
  exchanging('noloco', 'pairwise', 'int8', 20),
  exchanging('noloco:1,0.5', 'pairwise', 'int8', 50),
  exchanging('dpsgd', 'ring', 'int8', 10),
  exchanging('choco:0.3', 'ring', 'qsgd:16', 10),
  exchanging('choco:0.3', 'ring', 'topk:0.05', 10),
  exchanging('choco:0.1', 'ring', 'topk:0.01', 10),
  exchanging('choco:0.1', 'ring', 'randk:0.05', 10),
  exchanging('mosaic:16', 'epidemic:4', 'none', 10),
  exchanging('sparta:0.05', 'pairwise', 'none', 10),
  exchanging('gossip', 'epidemic:1', 'none', 10),
  exchanging('diloco', 'complete', 'topk:0.05', 20),
]

/** The outcome of one seed. */
interface Outcome {
  readonly final: RoundResult
  /** The first round after which the merged model is as good as the aim; undefined where there is none. */
  readonly merged: RoundResult | undefined
  /** The first look, every {@link LOOK_EVERY} steps, at which the peers' own models are, on average. */
  readonly own: RoundResult | undefined
}

/**
 * Bytes that 16 peers send until their merged model has 95 % of the accuracy with which all-to-all averaging of float32
 * ends: MNIST, shards as unlike as Dirichlet's 0.3 makes them, on the matrix engine, whose vectors are really encoded.
 */
export const bytes: Benchmark = async say => {
  const data = await loadDataset(`idx:${MNIST}`, { seed: 1 })
  const table: Row[] = []

  /** @param aims one for each seed, as far as they go */
  async function tryOut(what: Exchanging, aims: readonly (number | undefined)[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (const [i, aim] of aims.entries()) {
      outcomes.push(await outcomeOf(data, what, SEEDS[i], aim))
      say(`seed ${SEEDS[i]}: ${JSON.stringify(rowOf(what, outcomes[i]))}`)
    }
    table.push(rowOf(what, outcomes[0]))
    return outcomes
  }

  const baseline = await tryOut(
    ALL_TO_ALL,
    SEEDS.map(() => undefined),
  )
  const aims = baseline.map(({ final }) => AIM * accuracyOf(final))
  const best = await tryOut(BEST, aims)
  const ratios: Record<string, number[]> = {
    allToAllOverBest: baseline.map(({ merged }, i) => sentBy(merged) / sentBy(best[i].merged)),
    allToAllOverBestOwnModels: baseline.map(({ merged }, i) => sentBy(merged) / sentBy(best[i].own)),
  }
  for (const localSteps of SELDOM) {
    const seldom = await tryOut({ ...ALL_TO_ALL, localSteps }, aims.slice(0, 1))
    ratios[`allToAllEvery${localSteps}StepsOverBest`] = [sentBy(seldom[0].merged) / sentBy(best[0].merged)]
  }
  for (const what of OTHERS) await tryOut(what, aims.slice(0, 1))
  const bestAccuracyLossPoints = baseline.map(({ final }, i) => 100 * (accuracyOf(final) - accuracyOf(best[i].final)))
  return { ratios, figures: { bestAccuracyLossPoints }, table }
}

/** @param aim an accuracy; by default the share {@link AIM} of that with which the run itself ends */
async function outcomeOf(data: Split, what: Exchanging, seed: number, aim?: number): Promise<Outcome> {
  const { rounds, final } = await train(data, what, seed, LOOK_EVERY / what.localSteps)
  const accuracy = aim ?? AIM * accuracyOf(final)
  const arrives = rounds.some(round => accuracyOf(round) >= accuracy)
  return {
    final,
    merged: arrives ? await arrival(data, what, seed, accuracy) : undefined,
    own: rounds.find(({ localAccuracy }) => (localAccuracy?.mean ?? 0) >= accuracy),
  }
}

/** The same run once more, and the same to the bit, now looked at after every round until it is there. */
async function arrival(data: Split, what: Exchanging, seed: number, aim: number): Promise<RoundResult | undefined> {
  const there = new AbortController()
  let first: RoundResult | undefined
  await train(data, what, seed, 1, {
    signal: there.signal,
    onRound(round) {
      if (first !== undefined || accuracyOf(round) < aim) return
      first = round
      there.abort()
    },
  })
  return first
}

function train(
  data: Split,
  { rule, topology, compression, localSteps }: Exchanging,
  seed: number,
  evaluateEvery: number,
  watched: { readonly signal?: AbortSignal; readonly onRound?: (round: RoundResult) => void } = {},
) {
  const { shape, classes } = data.train
  const recipe = parseRecipe({
    model: { name: 'mlp:64', shape: [...shape], classes },
    training: TRAINING,
    averaging: { rule, topology },
    exchange: { localSteps, compression },
  })
  return simulate({
    recipe,
    data,
    peers: PEERS,
    partition: PARTITION,
    seed,
    engine: 'matrix',
    evaluateEvery,
    ...watched,
  })
}

function exchanging(rule: string, topology: string, compression: string, localSteps: number): Exchanging {
  return { rule, topology, compression, localSteps }
}

function accuracyOf({ merged }: RoundResult): number {
  return merged?.accuracy ?? 0
}

/** Without end for what never arrives. */
function sentBy(round: RoundResult | undefined): number {
  return round?.bytesSent ?? Number.POSITIVE_INFINITY
}

function rowOf(what: Exchanging, { final, merged, own }: Outcome): Row {
  return {
    ...what,
    megabytesToAim: megabytes(merged),
    stepsToAim: merged === undefined ? null : merged.round * what.localSteps,
    megabytesToAimOwnModels: megabytes(own),
    megabytes: megabytes(final),
    mergedAccuracy: accuracyOf(final),
    ownAccuracyMean: final.localAccuracy?.mean ?? null,
    ownAccuracyWorst: final.localAccuracy?.min ?? null,
  }
}

/** Megabytes of 10⁶ bytes, to three places. */
function megabytes(round: RoundResult | undefined): number | null {
  return round === undefined ? null : Math.round(round.bytesSent / 1e3) / 1e3
}
