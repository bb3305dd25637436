import type { Recipe } from '../recipe/recipe.ts'
import { DEFAULT_LOSS, LOSS_FORMS } from '../training/losses.ts'

/**
 * The loss of one that has learned nothing: that guesses among the classes, or always says the mean of values. Undefined where values are not
 * standardised, and may be of any size.
 */
export function chanceLossOf({ objective, model, data }: Recipe): number | undefined {
  if (objective.task !== 'regress') return Math.log(model.classes)
  return data.standardise ? LOSS_FORMS[objective.loss ?? DEFAULT_LOSS].ofMean : undefined
}
