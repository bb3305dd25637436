import type { FrozenPart } from '../parameters/frozen.ts'
import type { Random } from '../random/random.ts'
import type { Recipe } from '../recipe/recipe.ts'

/** Enough to see whose words they are. */
const LENGTH = 400
/** A little below 1: what a small model finds unlikely is mostly wrong. */
const TEMPERATURE = 0.8

/**
 * Text that a language model of this recipe writes, from the beginning of a line on. Loads TensorFlow.js in this thread.
 *
 * Never fails, because it is asked for at the end of a run, which may have taken days: where the model cannot be sampled, a
 * warning of this process says why.
 *
 * @param parameters `[parameters]`
 * @param frozen the trainer's, where its model has such a part
 * @returns undefined where the recipe is of no language model, or does not know its characters, or sampling failed
 */
export async function sampleText(
  recipe: Recipe,
  parameters: Float32Array,
  random: Random,
  frozen?: FrozenPart,
): Promise<string | undefined> {
  try {
    return await writeText(recipe, parameters, random, frozen)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.emitWarning(`the model ${recipe.model.name} cannot be sampled: ${reason}`)
    return undefined
  }
}

async function writeText(
  { objective, model: { name, shape, classes, classNames } }: Recipe,
  parameters: Float32Array,
  random: Random,
  frozen: FrozenPart | undefined,
): Promise<string | undefined> {
  if (objective.task !== 'language' || classNames === undefined) return undefined
  const { toLayersModel } = await import('../training/layers-model/layers-model.ts')
  const { sample } = await import('../training/sample.ts')
  const { ModelFileError } = await import('../training/errors.ts')
  const model = await toLayersModel(name, shape, classes, parameters, classes, frozen).catch(error => {
    // A module with a trainer of its own has no model that could be asked.
    if (error instanceof ModelFileError) return undefined
    throw error
  })
  if (model === undefined) return undefined
  try {
    const start = Math.max(0, classNames.indexOf('\n'))
    const [positions] = shape
    const drawn = await sample(model, [start], { positions, length: LENGTH, temperature: TEMPERATURE }, random)
    return drawn.map(index => classNames[index]).join('')
  } finally {
    model.dispose()
  }
}
