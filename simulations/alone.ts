import { availableParallelism } from 'node:os'
import type { Dataset } from '../src/data/dataset.ts'
import { standardise } from '../src/data/standardise.ts'
import { trainerOptionsOf } from '../src/library/trainer-options.ts'
import type { Recipe } from '../src/recipe/recipe.ts'
import { TrainingDivergedError } from '../src/training/errors.ts'
import { createWorkerTrainer } from '../src/training/remote/worker-trainer.ts'
import type { Trainer } from '../src/training/trainer.ts'
import type { TrainerOptions } from '../src/training/trainer-options.ts'
import type { Placement } from './placement.ts'

interface LonePeers {
  readonly recipe: Recipe
  readonly shards: readonly Dataset[]
  readonly test: Dataset
  /** The weights that the recipe begins from, where it does. */
  readonly from?: Float32Array
  /** Each peer's own. */
  readonly seeds: readonly number[]
  readonly placement: Placement
  readonly signal: AbortSignal
}

/**
 * The accuracy that each peer reaches without the others: the same shard, order of samples, initial parameters and steps.
 * A peer that diverges without them has none. Any other error ends all, and no trainer is left behind.
 *
 * @throws what went wrong first, or the signal's reason
 */
export async function trainAlone(peers: LonePeers): Promise<(number | null)[]> {
  const { recipe, shards, test, from, seeds, placement, signal } = peers
  const accuracies: (number | null)[] = []
  const waiting = [...shards.entries()]
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])

  async function trainAll(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, shard] = next
      either.throwIfAborted()
      const own = { train: shard, test }
      const seen = recipe.data.standardise ? await standardise(own) : own
      const options = {
        ...trainerOptionsOf(recipe, seen.train, seen.test, `${seeds[index]}/samples`, placement.backend),
        gpu: placement.gpuOf(index),
        weights: from,
      }
      accuracies[index] = await accuracyOf(options, recipe.training.steps, either)
    }
  }

  const loops = Array.from({ length: Math.min(availableParallelism(), shards.length) }, () =>
    trainAll().catch(error => failed.abort(error)),
  )
  await Promise.all(loops)
  either.throwIfAborted()
  return accuracies
}

/** @returns null where training diverges */
async function accuracyOf(options: TrainerOptions, steps: number, signal: AbortSignal): Promise<number | null> {
  const trainer = await createWorkerTrainer(options)
  const stop = () => void trainer.stop()
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    return (await trainer.evaluate(await trained(trainer, steps))).accuracy
  } catch (error) {
    if (error instanceof TrainingDivergedError) return null
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await trainer.stop()
  }
}

async function trained(trainer: Trainer, steps: number): Promise<Float32Array> {
  const parameters = await trainer.initial()
  const { update } = await trainer.train(parameters, steps)
  return parameters.map((value, i) => value + update[i])
}
