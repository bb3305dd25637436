import type { Recipe } from '../recipe/recipe.ts'
import { labelNames } from '../table/schema.ts'
import type { CountsShape, TestCounts } from '../worth/counts.ts'
import { areCountable, type Figures, figuresOf } from '../worth/figures.ts'

/** The shape of what is counted of this recipe's model. */
export function countsShapeOf({ model }: Recipe): CountsShape {
  const { classes, outputs } = model
  return outputs === undefined ? { kind: 'classes', classes } : { kind: 'values', outputs }
}

/** Why there are no figures, where values that nobody standardises are too large or too alike to be counted. */
export const UNCOUNTABLE =
  'its values are not standardised, and too large or too alike to be counted as they are: a recipe with data.standardise has figures'

/**
 * The figures of a recipe's model, with the names that the recipe knows.
 *
 * @param deviations `[outputs]`, of a regression whose values are standardised
 * @returns undefined where they would be wrong, see {@link UNCOUNTABLE}
 */
export function figuresOfRecipe(
  { model, data }: Recipe,
  counts: TestCounts,
  deviations?: ArrayLike<number>,
): Figures | undefined {
  if (counts.kind === 'classes') return figuresOf(counts, { names: model.classNames })
  if (!data.standardise && !areCountable(counts)) return undefined
  return figuresOf(counts, {
    names: data.table && labelNames(data.table.label),
    deviations,
    isCentred: data.standardise,
  })
}
