import type { Recipe, RecipeInput } from '../src/index.ts'
import type { MergedSites, NamedSite } from '../src/public/tables.ts'
import { describeConflicts } from './problems.ts'
import { requireKnownNames } from './recipe-file.ts'
import { WrongUsage } from './wrong-usage.ts'

/**
 * The recipe that fits the tables of all sites.
 *
 * @param given what flags say
 * @throws WrongUsage where the tables do not go together
 */
export async function recipeOfSites(
  sites: readonly NamedSite[],
  given: RecipeInput,
): Promise<{ readonly recipe: Recipe; readonly merged: MergedSites }> {
  const { mergeSites, schemaRecipe } = await import('../src/public/tables.ts')
  const merged = mergeSites(sites)
  if ('conflicts' in merged) throw new WrongUsage(describeConflicts(merged.conflicts))
  const recipe = schemaRecipe(merged, sites.length, given)
  await requireKnownNames(recipe)
  const { requireBareModel } = await import('../src/public/models.ts')
  await requireBareModel(recipe)
  return { recipe, merged }
}
