import { dirname } from 'node:path'
import { UsageError } from '../errors.ts'
import { familyOfFile } from '../recipe/identity.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { ModelFileError, ModelMisfitError } from '../training/errors.ts'
import { modelDigest } from '../training/layers-model/model-digest.ts'

/** The model's file is not the one that the recipe is of. */
export class ModelDigestError extends UsageError {
  override readonly name = 'ModelDigestError'
}

/**
 * The recipe with this peer's copy of the model's file: where it lies is no part of the swarm's identity, its digest is.
 *
 * @param file as the recipe says where absent
 * @throws UsageError where the recipe's model is made from no file
 */
export function withModelFile(recipe: Recipe, file: string | undefined): Recipe {
  if (file === undefined) return recipe
  const family = familyOfFile(recipe.model.name)
  if (family !== undefined) return { ...recipe, model: { ...recipe.model, name: `${family}:${file}` } }
  throw new UsageError(
    `the recipe's model ${recipe.model.name} is made from no file: leave out --model-file (the option modelFile), which is for ` +
      'tfjs:FILE and module:FILE',
  )
}

/** Whether peers learn from samples that they own, and not from a formula or nothing at all. */
export function learnsFromData({ objective }: Recipe): boolean {
  return objective.task === 'classify' || objective.task === 'regress' || objective.task === 'language'
}

/**
 * The recipe with the digest of its model's file, where it is made from one: so that peers whose files differ have
 * different recipes, are not mixed, and are told both digests.
 *
 * @throws ModelFileError where the file cannot be read, ModelDigestError where the recipe is of another, ModelMisfitError where the model
 * standardises samples itself, and the recipe does too
 */
export async function identifyModel(recipe: Recipe): Promise<Recipe> {
  if (!learnsFromData(recipe)) return recipe
  const { name, digest: wanted } = recipe.model
  const digest = await modelDigest(name).catch(error => {
    throw error instanceof ModelFileError && wanted !== undefined ? elsewhere(error, wanted) : error
  })
  if (recipe.data.standardise) await requireBare(name)
  if (digest === wanted) return recipe
  if (digest === undefined) {
    throw new ModelDigestError(`the recipe has a digest of the model ${name}, which is made from no file`)
  }
  if (wanted !== undefined) {
    throw new ModelDigestError(
      `the model ${name} has the SHA-256 ${digest}, the recipe is of one with ${wanted}: take the file that the other ` +
        'peers of the swarm have (--model-file FILE says where it lies), or write a recipe for this one',
    )
  }
  return { ...recipe, model: { ...recipe.model, digest } }
}

/** Samples and values that are standardised twice teach nothing that anybody could use. */
async function requireBare(name: string): Promise<void> {
  if (!name.startsWith(OF_TENSORFLOW)) return
  const { readModelJson } = await import('../training/layers-model/model-json.ts')
  const { wrappingWeights } = await import('../training/layers-model/wrapping-layers.ts')
  const file = name.slice(OF_TENSORFLOW.length)
  if (wrappingWeights(await readModelJson(file)).size === 0) return
  throw new ModelMisfitError(
    `${name} is a model that hearsay has exported, with layers that standardise its samples, and the recipe standardises them too: name ` +
      `the model that was trained, and begin from its weights with --from ${dirname(file)}, or write the recipe with --no-standardise`,
  )
}

const OF_TENSORFLOW = 'tfjs:'

/** The recipe's path is where its author's file lies; another peer's may lie elsewhere. */
function elsewhere(error: ModelFileError, digest: string): ModelFileError {
  return new ModelFileError(
    `${error.message}; --model-file FILE says where this peer's copy lies, which has the SHA-256 ${digest}`,
    { cause: error },
  )
}
