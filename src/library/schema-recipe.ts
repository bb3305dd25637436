import { parseRecipe, type Recipe, type RecipeInput } from '../recipe/recipe.ts'
import { stepsForData } from '../recipe/steps-for-data.ts'
import type { MergedSites } from '../table/merge-sites.ts'
import { tableWidth, withoutOrigins } from '../table/schema.ts'
import { recommendedRule } from './peer-averaging.ts'
import { regressionTraining } from './regression-defaults.ts'

/**
 * The recipe of a swarm whose sites have these tables: what `recipeFor` of `hearsay` makes of data, made of what the sites say of theirs.
 *
 * @param sites how many there are, among which the rows are
 * @param given what is decided already, such as `{ model: { name: 'linear' } }`
 */
export function schemaRecipe(merged: MergedSites, sites: number, given: RecipeInput = {}): Recipe {
  const { schema, classNames, rows } = merged
  const batch = given.training?.batch ?? parseRecipe({}).training.batch
  const steps = stepsForData({ samples: Math.max(1, Math.round(rows / sites)), sequences: false }, batch)
  const shape = [tableWidth(schema)]
  const model =
    classNames === undefined
      ? { shape, classes: 0, outputs: schema.label.kind === 'number' ? schema.label.targets.length : 1 }
      : { shape, classes: classNames.length, classNames: [...classNames] }
  return parseRecipe({
    ...given,
    model: { ...given.model, ...model },
    objective: classNames === undefined ? { task: 'regress', ...given.objective } : given.objective,
    training: {
      steps,
      ...(classNames === undefined ? regressionTraining(given.training ?? {}, rows) : given.training),
    },
    averaging: { ...given.averaging, rule: given.averaging?.rule ?? recommendedRule(given) },
    data: {
      standardise: true,
      ...given.data,
      table: given.data?.standardise === false ? withoutOrigins(schema) : schema,
    },
  })
}
