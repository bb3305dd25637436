import type { Recipe } from '../recipe/recipe.ts'
import { DEFAULT_LOSS, LOSS_FORMS } from '../training/losses.ts'

/**
 * The loss of one that has learned nothing: that guesses among the classes, or always says the mean of values, which are standardised in
 * training.
 */
export function chanceLossOf({ objective, model }: Recipe): number {
  return objective.task === 'regress' ? LOSS_FORMS[objective.loss ?? DEFAULT_LOSS].ofMean : Math.log(model.classes)
}
