import type { Split } from '../data/source.ts'
import { outputsOf, type Recipe } from '../recipe/recipe.ts'
import { quantitiesOf } from '../standardise/quantities.ts'
import { createStandardiser } from '../standardise/standardiser.ts'
import { DEFAULT_BACKEND } from '../training/backend.ts'
import { BackendMemoryError } from '../training/errors.ts'
import { fitData } from './fit-data.ts'
import { learnsFromData } from './identify-model.ts'
import { trainerOptionsOf } from './trainer-options.ts'

/**
 * Builds the recipe's model for these data, as every peer will, and lets it go: what would fail there fails here, before anybody has the
 * recipe. A model that only is too large for the backend that needs nothing installed is let pass.
 *
 * @param data where they are at hand; else whatever shows in one sample of zeros is found
 * @throws UsageError where the model cannot be built, or does not fit the data, with the reason
 */
export async function requireBuildable(recipe: Recipe, data?: Split): Promise<void> {
  if (!learnsFromData(recipe)) return
  const { train, test } = data === undefined ? zerosFor(recipe) : fitData(recipe, data)
  const standardiser = recipe.data.standardise ? createStandardiser(train, quantitiesOf(recipe)) : undefined
  const seen = standardiser?.through ?? (dataset => dataset)
  // Only here: TensorFlow.js takes its time to load.
  const { createTrainer } = await import('../training/create-trainer.ts')
  try {
    const trainer = await createTrainer(trainerOptionsOf(recipe, seen(train), seen(test), 'buildable', DEFAULT_BACKEND))
    await trainer.stop()
  } catch (error) {
    if (!(error instanceof BackendMemoryError)) throw error
  }
}

/** One sample of zeros, of class 0 or with values of 0. */
function zerosFor({ model, objective }: Recipe): Split {
  const { shape, classes } = model
  const inputs = new Float32Array(shape.reduce((product, size) => product * size, 1))
  const outputs = outputsOf(model)
  const predicted =
    objective.task === 'regress'
      ? { labels: new Int32Array(0), values: new Float32Array(outputs), outputs, classes: 0 }
      : objective.task === 'language'
        ? { labels: new Int32Array(shape[0]), targets: shape[0], classes }
        : { labels: new Int32Array(1), classes }
  const sample = { name: 'the data', inputs, shape, ...predicted }
  return { train: sample, test: sample }
}
