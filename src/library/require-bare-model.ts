import { dirname } from 'node:path'
import type { RecipeInput } from '../recipe/recipe.ts'
import { ModelMisfitError } from '../training/errors.ts'

const OF_TENSORFLOW = 'tfjs:'

/**
 * For whoever writes a recipe: a model that hearsay has exported standardises its samples itself, and would get standardised ones, of which
 * what it has learned says nothing. A recipe that says so all the same is followed.
 *
 * @throws ModelMisfitError where the recipe standardises samples too; ModelFileError where the model's file cannot be read
 */
export async function requireBareModel({ model, data }: RecipeInput): Promise<void> {
  if (data?.standardise !== true || model?.name?.startsWith(OF_TENSORFLOW) !== true) return
  const { readModelJson } = await import('../training/layers-model/model-json.ts')
  const { wrappingWeights } = await import('../training/layers-model/wrapping-layers.ts')
  const file = model.name.slice(OF_TENSORFLOW.length)
  if (wrappingWeights(await readModelJson(file)).size === 0) return
  throw new ModelMisfitError(
    `${model.name} is a model that hearsay has exported, with layers that standardise its samples, and the recipe would standardise them too: ` +
      `name the model that was trained, and begin from its weights with --from ${dirname(file)}, or write the recipe with --no-standardise`,
  )
}
