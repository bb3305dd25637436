import type { Dataset } from '../data/dataset.ts'
import { loadDataset } from '../data/sources.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { createStandardiser, type Standardiser } from '../standardise/standardiser.ts'
import { chooseBackend } from '../training/choose-backend.ts'
import { createWorkerTrainer } from '../training/remote/worker-trainer.ts'
import type { Trainer } from '../training/trainer.ts'
import { fitData, shardsOf, trainerOptionsOf } from './learning-task.ts'
import type { PeerOptions } from './peer.ts'

/** What a peer learns with, and when its thread died, where it has one. */
export interface Learner {
  readonly trainer: Trainer
  readonly died?: AbortSignal
  readonly device?: string | null
  /** What the user should know about the data and the choice of the backend. */
  readonly warnings?: readonly string[]
  /** Where the recipe says that samples are standardised. */
  readonly standardising?: Standardiser
  /** What the trainer sees of the shard, where it is one of ours. */
  readonly seen?: Dataset
}

/**
 * Loads and checks the data, and gives what starts the trainer: the one that the caller brought, or that of the recipe's
 * model in a thread of its own.
 */
export async function prepareLearner(
  recipe: Recipe,
  { trainer: own, data: source = 'digits', shard: part, backend = 'auto', gpu, strict }: PeerOptions,
  seed: number | string,
): Promise<() => Promise<Learner>> {
  if (own !== undefined) return async () => ({ trainer: own })
  const oddities: string[] = []
  const loading = { seed, strict, warn: (message: string) => oddities.push(message) }
  const split = fitData(recipe, typeof source === 'string' ? await loadDataset(source, loading) : source)
  const shard = part === undefined ? split.train : shardsOf(split.train, part)[part.index]
  const standardising = recipe.data.standardise ? createStandardiser(shard) : undefined
  const seen = (dataset: Dataset) => standardising?.through(dataset) ?? dataset
  const options = trainerOptionsOf(recipe, seen(shard), seen(split.test), `${seed}/samples`, backend)
  return async () => {
    const { name, devices } = await chooseBackend(backend, gpu)
    const trainer = await createWorkerTrainer({ ...options, backend: name, gpu })
    return { trainer, died: trainer.died, device: devices.device, warnings: oddities, standardising, seen: seen(shard) }
  }
}
