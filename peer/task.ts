import type { Recipe, RecipeInput, Split } from '../src/index.ts'
import { readRecipe, requireKnownNames } from './recipe-file.ts'
import { type RecipeFlags, withFlags } from './recipe-flags.ts'
import { WrongUsage } from './wrong-usage.ts'

/** A recipe, and data that fit it. */
export interface Task {
  readonly recipe: Recipe
  readonly data: Split
}

export interface TaskOptions {
  /** The recipe's file; without one the model takes its shape and classes from the data. */
  readonly file: string | undefined
  readonly flags: RecipeFlags
  readonly source: string
  /** Of the data. */
  readonly seed: number
  /** Of the initial parameters, where it was given. */
  readonly trainingSeed: number | undefined
}

/** Makes the recipe of a swarm that one command runs, from file, flags and data. */
export async function prepareTask({ file, flags, source, seed, trainingSeed }: TaskOptions): Promise<Task> {
  const { loadDataset, parseRecipe } = await import('../src/index.ts')
  const written: RecipeInput = file === undefined ? {} : await readRecipe(file)
  const input = withFlags(written, flags, trainingSeed)
  // Before the data, which may take long to read.
  await requireKnownNames(parseRecipe(input))
  const data = await loadDataset(source, { seed })
  const recipe = parseRecipe(file === undefined ? fitted(input, data) : input)
  if (recipe.objective.task === 'classify') await requireFitting(recipe, data)
  return { recipe, data }
}

/** The recipe with a model whose input and output are those of the data. */
export function fitted(input: RecipeInput, { train, test }: Split): RecipeInput {
  const classes = Math.max(train.classes, test.classes)
  const { classNames } = train
  const names = classNames === undefined ? {} : { classNames: [...classNames] }
  return { ...input, model: { ...input.model, shape: [...train.shape], classes, ...names } }
}

async function requireFitting(recipe: Recipe, data: Split): Promise<void> {
  const { fitData } = await import('../src/index.ts')
  try {
    fitData(recipe, data)
  } catch (error) {
    throw hintAtInit(error)
  }
}

/** Adds what to do to the error that a recipe and data do not fit. */
export function hintAtInit(error: unknown): unknown {
  if (!(error instanceof Error && error.name === 'DataMismatchError')) return error
  return new WrongUsage(`${error.message}; hearsay init --data SOURCE writes a recipe that fits`)
}
