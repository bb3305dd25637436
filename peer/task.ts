import type { Dataset, LoadOptions, Recipe, RecipeInput, Split } from '../src/index.ts'
import { type ModuleFlags, requireAllowed } from './allow-module.ts'
import { readRecipe, requireKnownNames } from './recipe-file.ts'
import { type RecipeFlags, withFlags } from './recipe-flags.ts'
import { WrongUsage } from './wrong-usage.ts'

/** A recipe, and data that fit it. */
export interface Task {
  readonly recipe: Recipe
  readonly data: Split
  /** The weights that the recipe begins from, where `--from` gives them. */
  readonly from: Float32Array | undefined
}

/** Loads what `--data` names. */
export type LoadData = (source: string, options: LoadOptions) => Promise<Split>

/** The flag that says what everybody begins from. */
export interface BeginningFlags {
  readonly from?: string
}

export interface TaskOptions {
  /** The recipe's file; without one the model takes its shape and classes from the data. */
  readonly file: string | undefined
  readonly flags: RecipeFlags & BeginningFlags & ModuleFlags
  /** A peer's state folder, which remembers the programs that were allowed there. */
  readonly remembers?: string
  readonly source: string
  /** The data that {@link source} names, where they have been loaded. */
  readonly loaded?: Split
  /** Default: the library's, which reads it anew each time. */
  readonly load?: LoadData
  /** How long to train on the data, where neither file nor flags say it. Default: as long as the default recipe. */
  readonly stepsFor?: (train: Dataset) => number
  /** The task of the swarm, where it was given. */
  readonly task?: Recipe['objective']['task']
  /** The seed of the data. */
  readonly seed: number
  /** The seed of the initial parameters, where it was given. */
  readonly trainingSeed: number | undefined
  /** Whether data that would be skipped are refused. */
  readonly strict: boolean | undefined
  /** Called with warnings about the data. */
  readonly warn: (message: string) => void
  /** Told how much of a table was read. */
  readonly onProgress?: LoadOptions['onProgress']
}

/** Makes the recipe of a swarm that one command runs, from file, flags and data. */
export async function prepareTask({
  file,
  flags,
  source,
  loaded,
  load,
  stepsFor,
  task,
  seed,
  trainingSeed,
  strict,
  remembers,
  warn,
  onProgress,
}: TaskOptions): Promise<Task> {
  const { defaultRecipe, loadDataset, parseRecipe } = await import('../src/index.ts')
  const { fitRecipe, loadingOf, prepareRecipe, requireBareModel } = await import('../src/public/models.ts')
  const { recommendedRule } = await import('../src/public/algorithms.ts')
  const written: RecipeInput = file === undefined ? {} : await readAllowed(file, flags, remembers)
  const bare = withFlags(written, flags, trainingSeed)
  const chosenRule = file === undefined && flags.rule === undefined
  const flagged = chosenRule ? { ...bare, averaging: { ...bare.averaging, rule: recommendedRule(bare) } } : bare
  const { objectiveLoss: loss } = flags
  const said =
    task === undefined ? flagged : { ...flagged, objective: { task, ...(loss === undefined ? {} : { loss }) } }
  const chosenBy = said.training?.steps === undefined ? stepsFor : undefined
  // Before the data, which may take long to read; they decide what the objective can be, where no file does.
  const early = file === undefined ? { ...said, objective: undefined } : said
  await requireKnownNames(parseRecipe(chosenBy === undefined ? early : withSteps(early, ANY_STEPS)))
  const loading = file === undefined ? meaningOf(said) : loadingOf(parseRecipe(said))
  const data = loaded ?? (await (load ?? loadDataset)(source, { seed, strict, warn, onProgress, ...loading }))
  const input = chosenBy === undefined ? said : withSteps(said, chosenBy(data.train))
  const { steps } = defaultRecipe.training
  const fitting = file === undefined ? fitRecipe(input, data, steps) : input
  if (file === undefined) await requireBareModel(fitting)
  const { recipe: begun, from } = await beginsFrom(fitting, flags.from, warn)
  const { recipe, fitData } = await prepareRecipe(begun)
  if (recipe.objective.task === 'consensus') return { recipe, data, from }
  try {
    fitData(data)
  } catch (error) {
    throw file === undefined ? error : hintAtInit(error)
  }
  return { recipe, data, from }
}

/** Reads a recipe of which the model, where a flag names no other, may run. */
export async function readAllowed(
  file: string,
  flags: RecipeFlags & ModuleFlags,
  remembers: string | undefined,
): Promise<Recipe> {
  const recipe = await readRecipe(file)
  if (flags.model === undefined) await requireAllowed(recipe, file, flags, remembers)
  return recipe
}

/** The recipe with the hash of the weights in a file, which fit its model, and these; the recipe as it is where no file is given. */
export async function beginsFrom<Written extends RecipeInput>(
  recipe: Written,
  file: string | undefined,
  warn: TaskOptions['warn'],
): Promise<{ readonly recipe: Written; readonly from: Float32Array | undefined }> {
  if (file === undefined) return { recipe, from: undefined }
  const { readInitialWeights } = await import('../src/public/models.ts')
  const { weights, hash, warning } = await readInitialWeights(recipe, file)
  if (warning !== undefined) warn(warning)
  return { recipe: { ...recipe, start: { ...recipe.start, from: hash } }, from: weights }
}

/** How a table is read whose columns nobody gives: what its label means, where a flag says it, and its numbers as they are, if so. */
export function meaningOf({ objective, data }: RecipeInput): Pick<LoadOptions, 'task' | 'origins'> {
  const task = objective?.task
  return { ...(task === 'classify' || task === 'regress' ? { task } : {}), origins: data?.standardise !== false }
}

/** The steps of a recipe that is only checked: whatever else it says of its steps is right. */
const ANY_STEPS = Number.MAX_SAFE_INTEGER

function withSteps(recipe: RecipeInput, steps: number): RecipeInput {
  return { ...recipe, training: { ...recipe.training, steps } }
}

/** Adds what to do to the error that a recipe and data do not fit. */
export function hintAtInit(error: unknown): unknown {
  if (!(error instanceof Error && error.name === 'DataMismatchError')) return error
  return new WrongUsage(
    `${error.message}; name other data with --data SOURCE, or write a recipe that fits with hearsay init --data SOURCE`,
  )
}
