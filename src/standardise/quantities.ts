import type { Quantities } from '../data/quantities.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { standardisedFeatures } from '../table/schema.ts'

/** Whether the peers of a swarm agree on statistics of their samples before they train. */
export function needsStatistics({ data, training }: Pick<Recipe, 'data' | 'training'>): boolean {
  return data.standardise || training.classWeights !== undefined
}

/**
 * What the peers of a swarm standardise: of tables the numbers, whatever else all features, and the targets of a regression. Where classes
 * count by how frequent they are, their shares too.
 */
export function quantitiesOf({ model, data, training }: Pick<Recipe, 'model' | 'data' | 'training'>): Quantities {
  const classes = training.classWeights === undefined ? {} : { classes: model.classes }
  return { ...standardisedOf({ model, data }), ...classes }
}

function standardisedOf({ model, data }: Pick<Recipe, 'model' | 'data'>): Quantities {
  const features = model.shape.reduce((product, size) => product * size, 1)
  const { outputs = 0 } = model
  if (!data.standardise) return { features, scaled: new Int32Array(0), outputs: 0, hasGaps: false }
  if (data.table === undefined) return { features, outputs, hasGaps: false }
  return { features, scaled: standardisedFeatures(data.table), outputs, hasGaps: true }
}
