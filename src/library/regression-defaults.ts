/**
 * How a regression is trained where nobody says otherwise.
 *
 * @packageDocumentation
 */

import type { RecipeInput } from '../recipe/recipe.ts'

/** The penalty on weights counts as so many samples would: of few samples a perceptron otherwise learns the noise. */
const PENALTY_SAMPLES = 32

/** A larger penalty flattens what is learned of however few samples. */
const MOST_WEIGHT_DECAY = 0.1

/** @param samples of the whole swarm, about */
export function regressionTraining(
  given: NonNullable<RecipeInput['training']>,
  samples: number,
): NonNullable<RecipeInput['training']> {
  const weightDecay = Number(Math.min(MOST_WEIGHT_DECAY, PENALTY_SAMPLES / samples).toPrecision(1))
  return { weightDecay, ...given }
}
