import { checkInMemory } from '../data/check-dataset.ts'
import type { Dataset } from '../data/dataset.ts'
import { loadDataset } from '../data/sources.ts'
import { UsageError } from '../errors.ts'
import { needsStatistics, quantitiesOf } from '../standardise/quantities.ts'
import { createStandardiser, type Standardiser } from '../standardise/standardiser.ts'
import { withInitial } from '../training/beginning.ts'
import { chooseBackend } from '../training/choose-backend.ts'
import { freeThreads } from '../training/free-threads.ts'
import { createWorkerTrainer } from '../training/remote/worker-trainer.ts'
import type { Trainer } from '../training/trainer.ts'
import { shardsOf, testShardOf } from './fit-data.ts'
import { loadingOf } from './loading.ts'
import { blankSample, NO_DATA, noDataFor, withoutSamples } from './no-data.ts'
import type { PeerOptions } from './peer.ts'
import type { PreparedRecipe } from './prepared-recipe.ts'
import { trainerOptionsOf } from './trainer-options.ts'

/** A peer's trainer, and the signal that its thread has died, where it has one. */
export interface Learner {
  readonly trainer: Trainer
  readonly died?: AbortSignal
  readonly device?: string | null
  /** Warnings for the user about the data and the choice of the backend. */
  readonly warnings?: readonly string[]
  /** The standardiser, where the recipe says that samples are standardised. */
  readonly standardising?: Standardiser
  /** The shard as the trainer sees it, where it is one of ours. */
  readonly seen?: Dataset
}

/**
 * Loads and checks the data, and gives what starts the trainer: the one that the caller brought, or that of the recipe's
 * model in a thread of its own.
 */
export async function prepareLearner(
  { recipe, fitData }: PreparedRecipe,
  {
    trainer: own,
    initial,
    data: source = 'digits',
    shard: part,
    backend = 'auto',
    gpu,
    threads = freeThreads(),
    strict,
    onLoading,
  }: PeerOptions,
  seed: number | string,
): Promise<() => Promise<Learner>> {
  if (own !== undefined) return async () => ({ trainer: beginningFrom(initial, own) })
  const warnings: string[] = []
  const loading = {
    seed,
    strict,
    onProgress: onLoading,
    ...loadingOf(recipe),
    warn: (message: string) => warnings.push(message),
  }
  const hasNone = source === NO_DATA
  const split = hasNone
    ? noDataFor(recipe)
    : fitData(typeof source === 'string' ? await loadDataset(source, loading) : checkInMemory(source))
  const shard = part === undefined ? split.train : shardsOf(split.train, part)[part.index]
  const test = part === undefined ? split.test : testShardOf(split.test, part)
  const standardising = needsStatistics(recipe) ? createStandardiser(shard, quantitiesOf(recipe)) : undefined
  const seen = (dataset: Dataset) => standardising?.through(dataset) ?? dataset
  const options = trainerOptionsOf(
    recipe,
    hasNone ? blankSample(recipe) : seen(shard),
    hasNone ? blankSample(recipe) : seen(test),
    `${seed}/samples`,
    backend,
    standardising?.classWeights,
  )
  return async () => {
    const { name, devices } = await chooseBackend(backend, gpu)
    const trainer = await createWorkerTrainer({ ...options, backend: name, gpu, threads })
    try {
      const { device } = devices
      const given = beginningFrom(initial, hasNone ? withoutSamples(trainer, recipe) : trainer)
      return { trainer: given, died: trainer.died, device, warnings, standardising, seen: seen(shard) }
    } catch (error) {
      await trainer.stop()
      throw error
    }
  }
}

/** The trainer, with other initial parameters where they are given. */
function beginningFrom(initial: Float32Array | undefined, trainer: Trainer): Trainer {
  if (initial === undefined) return trainer
  const { length } = trainer.layout
  if (initial.length !== length) {
    throw new UsageError(
      `createPeer: initial has ${initial.length} numbers; it must have ${length}, as the model has parameters`,
    )
  }
  return withInitial(trainer, async () => initial.slice())
}
