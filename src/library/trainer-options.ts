import type { Dataset } from '../data/dataset.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { OptimizerSpec } from '../training/optimizers/optimizer-spec.ts'
import type { TrainerOptions } from '../training/trainer-options.ts'

export function optimizerOf({ training }: Recipe): OptimizerSpec {
  const {
    optimizer: name,
    learningRate,
    momentum,
    beta2,
    weightDecay,
    clipNorm,
    steps,
    warmupSteps,
    finalShare,
  } = training
  const schedule = { shape: training.schedule, steps, warmupSteps, finalShare }
  const common = { learningRate, schedule, weightDecay, clipNorm }
  return name === 'sgd' ? { name, momentum, ...common } : { name, beta2, ...common }
}

/**
 * The options of a trainer by this recipe.
 *
 * @param classWeights where the recipe has classes count by them; see `createSharedWeights`
 */
export function trainerOptionsOf(
  recipe: Recipe,
  shard: Dataset,
  test: Dataset,
  shardSeed: number | string,
  backend: string,
  classWeights?: Float64Array,
): TrainerOptions {
  const { model, objective, training } = recipe
  return {
    model: model.name,
    optimizer: optimizerOf(recipe),
    batch: training.batch,
    seed: training.seed,
    shardSeed,
    shard,
    test,
    backend,
    ...(classWeights && { classWeights }),
    ...(objective.loss && { loss: objective.loss }),
  }
}
