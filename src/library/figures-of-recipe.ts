import type { Recipe } from '../recipe/recipe.ts'
import { labelNames } from '../table/schema.ts'
import type { CountsShape, TestCounts } from '../worth/counts.ts'
import { type Figures, figuresOf } from '../worth/figures.ts'

/** The shape of what is counted of this recipe's model. */
export function countsShapeOf({ model }: Recipe): CountsShape {
  const { classes, outputs } = model
  return outputs === undefined ? { kind: 'classes', classes } : { kind: 'values', outputs }
}

/**
 * The figures of a recipe's model, with the names that the recipe knows.
 *
 * @param deviations `[outputs]`, of a regression whose values are standardised
 */
export function figuresOfRecipe({ model, data }: Recipe, counts: TestCounts, deviations?: ArrayLike<number>): Figures {
  const names = counts.kind === 'classes' ? model.classNames : data.table && labelNames(data.table.label)
  return figuresOf(counts, { names, deviations })
}
