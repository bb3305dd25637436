import { UsageError } from '../errors.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { modelDigest } from '../training/layers-model/model-digest.ts'

/** The model's file is not the one that the recipe is of. */
export class ModelDigestError extends UsageError {
  override readonly name = 'ModelDigestError'
}

/** Whether peers learn from samples that they own, and not from a formula or nothing at all. */
export function learnsFromData({ objective }: Recipe): boolean {
  return objective.task === 'classify' || objective.task === 'regress' || objective.task === 'language'
}

/**
 * The recipe with the digest of its model's file, where it is made from one: so that peers whose files differ have
 * different recipes, are not mixed, and are told both digests.
 *
 * @throws ModelFileError where the file cannot be read, ModelDigestError where the recipe is of another
 */
export async function identifyModel(recipe: Recipe): Promise<Recipe> {
  if (!learnsFromData(recipe)) return recipe
  const { name, digest: wanted } = recipe.model
  const digest = await modelDigest(name)
  if (digest === wanted) return recipe
  if (digest === undefined) {
    throw new ModelDigestError(`the recipe has a digest of the model ${name}, which is made from no file`)
  }
  if (wanted !== undefined) {
    throw new ModelDigestError(
      `the model ${name} has the SHA-256 ${digest}, the recipe is of one with ${wanted}: take the file that the other ` +
        'peers of the swarm have, or write a recipe for this one',
    )
  }
  return { ...recipe, model: { ...recipe.model, digest } }
}
