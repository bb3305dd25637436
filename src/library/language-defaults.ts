import type { RecipeInput } from '../recipe/recipe.ts'

type Training = NonNullable<RecipeInput['training']>

/** Sequences in a step: half as many and twice the steps learn more from as many characters, until a step is all overhead. */
export const LANGUAGE_BATCH = 8

/** Steps over which the learning rate rises: enough for Adam's second moments to mean something. */
const WARMUP_STEPS = 100

/**
 * How a language model is trained where nobody says otherwise: plain SGD, with which classifiers of skewed shards average
 * best, would take a transformer nowhere.
 *
 * @param given what was said
 */
export function languageTraining(given: Training, defaultSteps: number): Training {
  const steps = given.steps ?? defaultSteps
  return {
    optimizer: 'adamw',
    learningRate: 4e-3,
    beta2: 0.99,
    weightDecay: 0.1,
    clipNorm: 1,
    schedule: 'cosine',
    // A tenth of a short run.
    warmupSteps: Math.min(WARMUP_STEPS, Math.floor(steps / 10)),
    batch: LANGUAGE_BATCH,
    ...given,
  }
}
