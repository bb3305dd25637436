import type { Quantities } from '../data/quantities.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { standardisedFeatures } from '../table/schema.ts'

/** What the peers of a swarm standardise: of tables the numbers, whatever else all features, and the targets of a regression. */
export function quantitiesOf({ model, data }: Pick<Recipe, 'model' | 'data'>): Quantities {
  const features = model.shape.reduce((product, size) => product * size, 1)
  const { outputs = 0 } = model
  if (data.table === undefined) return { features, outputs, hasGaps: false }
  return { features, scaled: standardisedFeatures(data.table), outputs, hasGaps: true }
}
