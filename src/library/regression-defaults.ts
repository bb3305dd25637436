/**
 * How a regression is trained where nobody says otherwise.
 *
 * @packageDocumentation
 */

import type { RecipeInput } from '../recipe/recipe.ts'

type Training = NonNullable<RecipeInput['training']>

/**
 * Squared errors of outlying values make gradients many times those of a classifier: with its rate of 0.05 two of ten perceptrons diverged on
 * 353 samples of ten features, and none with this one.
 */
const LEARNING_RATE = 0.01

/** The penalty on weights counts as so many samples would: of few samples a perceptron otherwise learns the noise. */
const PENALTY_SAMPLES = 32

/** A larger penalty flattens what is learned of however few samples. */
const MOST_WEIGHT_DECAY = 0.1

/**
 * @param given what was said; an optimizer that scales its steps itself is not told how
 * @param samples of the whole swarm, about
 */
export function regressionTraining(given: Training, samples: number): Training {
  if (given.optimizer !== undefined && given.optimizer !== 'sgd') return given
  const weightDecay = Number(Math.min(MOST_WEIGHT_DECAY, PENALTY_SAMPLES / samples).toPrecision(1))
  return { learningRate: LEARNING_RATE, weightDecay, ...given }
}
