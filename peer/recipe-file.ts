import type { Recipe } from '../src/index.ts'
import { parseJson, readBytes } from './json-file.ts'
import { WrongUsage } from './wrong-usage.ts'

/** Reads a recipe and checks it down to the names in it. */
export async function readRecipe(file: string): Promise<Recipe> {
  return await parseRecipeOf(
    file,
    parseJson((await readBytes(file, 'a recipe, as hearsay init writes one')).toString(), file),
  )
}

/** @param file named in messages */
export async function parseRecipeOf(file: string, content: unknown): Promise<Recipe> {
  const { parseRecipe, UsageError } = await import('../src/index.ts')
  try {
    const recipe = parseRecipe(content)
    await requireKnownNames(recipe)
    return recipe
  } catch (error) {
    throw error instanceof UsageError ? new WrongUsage(`${file}: ${error.message}`) : error
  }
}

/** The recipe's schema leaves names open; here they must be ones that this version knows. */
export async function requireKnownNames(recipe: Recipe): Promise<void> {
  const { parseAggregator, parseCodec, parseModel, parseRule, parseTopology } = await import('../src/index.ts')
  const { averaging, exchange, model, objective } = recipe
  parseTopology(averaging.topology, { seed: '' })
  parseRule(averaging.rule, {
    aggregator: parseAggregator(averaging.aggregator),
    codec: parseCodec(exchange.compression),
  })
  if (objective.task !== 'consensus') parseModel(model.name)
}
