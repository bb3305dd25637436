import { defaultRecipe, parseRecipe, type Recipe } from '../../../src/recipe/recipe.ts'

/** The recipe of people who say nothing but a seed, or for how long to train, as commands make it. */
export function recipeOf(seed: number, steps = defaultRecipe.training.steps): Recipe {
  return parseRecipe({ ...defaultRecipe, training: { ...defaultRecipe.training, seed, steps } })
}
