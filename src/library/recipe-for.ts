import { type Dataset, isRegression, outputs, samples } from '../data/dataset.ts'
import type { Split } from '../data/source.ts'
import { UsageError } from '../errors.ts'
import { parseRecipe, type Recipe, type RecipeInput } from '../recipe/recipe.ts'
import { stepsForData } from '../recipe/steps-for-data.ts'
import { fitData } from './fit-data.ts'
import { LANGUAGE_BATCH, languageTraining } from './language-defaults.ts'
import { recommendedRule } from './peer-averaging.ts'
import { regressionTraining } from './regression-defaults.ts'

/**
 * The recipe of a swarm that learns from data like these: a model with their shape and classes, training and averaging that suit
 * them, and as many steps as their number calls for. Made by one peer and given to all: another peer's data would make another
 * recipe, which is another swarm.
 *
 * @param given what is decided already, such as `{ model: { name: 'cnn' } }`
 * @throws UsageError where data or what is given rule a recipe out
 */
export function recipeFor(data: Split, given: RecipeInput = {}): Recipe {
  const sequences = data.train.targets !== undefined
  const batch = given.training?.batch ?? (sequences ? LANGUAGE_BATCH : parseRecipe({}).training.batch)
  const steps = stepsForData({ samples: samples(data.train), sequences }, batch)
  const rule = given.averaging?.rule ?? recommendedRule(given)
  const whole = { ...given, averaging: { ...given.averaging, rule }, training: { steps, ...given.training } }
  const recipe = parseRecipe(fitRecipe(whole, data, steps))
  fitData(recipe, data)
  return recipe
}

/** @throws UsageError where the task is for other data */
function requireTask({ objective }: RecipeInput, train: Dataset): void {
  const task = objective?.task
  if (task === undefined || (task === 'regress') === isRegression(train)) return
  throw new UsageError(
    task === 'regress'
      ? `the task regress predicts measured values, and ${train.name} has classes: the task for them is classify`
      : `${train.name} has measured values, and no classes: the task for them is regress, not ${task}`,
  )
}

/**
 * The given recipe, with a model whose input and output are those of the data; sequences are for the task language, and where nobody
 * says otherwise model and training are made for it; measured values are for the task regress, and are standardised. Of a table the recipe
 * has the columns, and standardises them unless told otherwise.
 *
 * @param defaultSteps where none are given: the warm-up goes by them
 * @throws UsageError where all samples are of one class, or the task is for other data
 */
export function fitRecipe(given: RecipeInput, data: Split, defaultSteps: number): RecipeInput {
  const { train, test, table } = data
  const tabular =
    table === undefined ? given : { ...given, data: { standardise: true, ...given.data, table: table.schema } }
  return fitModel(tabular, { train, test }, defaultSteps)
}

function fitModel(given: RecipeInput, { train, test }: Split, defaultSteps: number): RecipeInput {
  requireTask(given, train)
  if (isRegression(train)) {
    return {
      ...given,
      objective: { ...given.objective, task: 'regress' },
      model: { ...given.model, shape: [...train.shape], classes: 0, outputs: outputs(train) },
      training: regressionTraining(given.training ?? {}, samples(train)),
      // Values of any size would ask for learning rates of any size.
      data: { standardise: true, ...given.data },
    }
  }
  const classes = Math.max(train.classes, test.classes)
  const { classNames } = train
  if (classes < 2) {
    throw new UsageError(
      `${train.name} has one class; expected at least 2, of which a recipe has its model tell one from another`,
    )
  }
  const names = classNames === undefined ? {} : { classNames: [...classNames] }
  const model = { ...given.model, shape: [...train.shape], classes, ...names }
  if (train.targets === undefined) return { ...given, model }
  return {
    ...given,
    objective: { task: 'language', ...given.objective },
    model: { name: 'language', ...model },
    training: languageTraining(given.training ?? {}, defaultSteps),
  }
}
