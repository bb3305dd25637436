import { availableParallelism } from 'node:os'
import type { Dataset } from '../src/data/dataset.ts'
import { standardise } from '../src/data/standardise.ts'
import { classWeightsOf } from '../src/library/class-weights-of.ts'
import { trainerOptionsOf } from '../src/library/trainer-options.ts'
import type { Recipe } from '../src/recipe/recipe.ts'
import { quantitiesOf } from '../src/standardise/quantities.ts'
import { TrainingDivergedError } from '../src/training/errors.ts'
import { createWorkerTrainer } from '../src/training/remote/worker-trainer.ts'
import type { Trainer } from '../src/training/trainer.ts'
import type { TrainerOptions } from '../src/training/trainer-options.ts'
import { peerQuality } from './judgement.ts'
import type { Placement } from './placement.ts'
import type { PeerResult } from './result.ts'

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

/** How good a peer's model is without the others: its accuracy, or R² of a regression. */
export type Alone = Pick<PeerResult, 'alone' | 'aloneR2'>

/**
 * What each peer reaches without the others: the same shard, order of samples, initial parameters and steps.
 * A peer that diverges without them has none. Any other error ends all, and no trainer is left behind.
 *
 * @throws what went wrong first, or the signal's reason
 */
export async function trainAlone(peers: LonePeers): Promise<Alone[]> {
  const { recipe, shards, test, from, seeds, placement, signal } = peers
  const found: Alone[] = []
  const waiting = [...shards.entries()]
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])

  async function trainAll(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, shard] = next
      either.throwIfAborted()
      const own = { train: shard, test }
      const seen = recipe.data.standardise ? await standardise(own, quantitiesOf(recipe)) : own
      const options = {
        ...trainerOptionsOf(
          recipe,
          seen.train,
          seen.test,
          `${seeds[index]}/samples`,
          placement.backend,
          classWeightsOf(recipe, seen.train),
        ),
        gpu: placement.gpuOf(index),
        weights: from,
      }
      found[index] = await qualityOf(options, recipe.training.steps, either)
    }
  }

  const loops = Array.from({ length: Math.min(availableParallelism(), shards.length) }, () =>
    trainAll().catch(error => failed.abort(error)),
  )
  await Promise.all(loops)
  either.throwIfAborted()
  return found
}

/** @returns nothing where training diverges */
async function qualityOf(options: TrainerOptions, steps: number, signal: AbortSignal): Promise<Alone> {
  const trainer = await createWorkerTrainer(options)
  const stop = () => void trainer.stop()
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    const { accuracy, r2 } = peerQuality(await trainer.evaluate(await trained(trainer, steps)))
    return { alone: accuracy, ...(r2 === undefined ? {} : { aloneR2: r2 }) }
  } catch (error) {
    if (error instanceof TrainingDivergedError) return { alone: null }
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
