import type { Recipe } from '../src/index.ts'
import { parseJson, readBytes } from './json-file.ts'
import { WrongUsage } from './wrong-usage.ts'

const EXPECTED = 'a recipe, as hearsay init writes one; data are named with --data SOURCE'

/** Reads a recipe and checks it down to the names in it. */
export async function readRecipe(file: string): Promise<Recipe> {
  const text = (await readBytes(file, EXPECTED)).toString()
  return await parseRecipeOf(file, parseJson(text, file, EXPECTED))
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

/** Tasks whose parameters are a bare vector, and no model's. */
const OF_VECTORS: readonly Recipe['objective']['task'][] = ['consensus', 'quadratic', 'mean-estimation']

/** The recipe's schema leaves names open; here they must be ones that this version knows. */
export async function requireKnownNames(recipe: Recipe): Promise<void> {
  const { AUTO_COMPRESSION, edgesFileOf, parseCodec, parseTopology } = await import('../src/public/algorithms.ts')
  const { parseModel } = await import('../src/public/models.ts')
  const { averaging, exchange, model, objective } = recipe
  // A graph in a file is read where the recipe is run.
  if (edgesFileOf(averaging.topology) === undefined) parseTopology(averaging.topology, { seed: '' })
  if (exchange.compression !== AUTO_COMPRESSION) parseCodec(exchange.compression)
  await requireKnownRule(averaging)
  if (!OF_VECTORS.includes(objective.task)) parseModel(model.name)
}

/** @throws UsageError where either is unknown, or where no engine merges by both */
export async function requireKnownRule({
  rule,
  aggregator,
}: Pick<Recipe['averaging'], 'rule' | 'aggregator'>): Promise<void> {
  const { parseAggregator, parseCodec, parseRule } = await import('../src/public/algorithms.ts')
  const parsed = parseAggregator(aggregator)
  // By which codecs a rule can travel, and whether it is clipped, depends on the engine.
  const parts = { aggregator: parsed.clips === undefined ? parsed : parseAggregator('mean'), codec: parseCodec('none') }
  parseRule(rule, parts)
}
