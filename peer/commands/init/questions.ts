import { intro, isCancel, outro, select, type TextOptions, text } from '@clack/prompts'
import { MEMBERSHIPS, MODELS, TOPOLOGIES } from '../../../src/catalogue.ts'
import {
  defaultRecipe,
  HearsayError,
  loadDataset,
  parseRecipe,
  type RecipeInput,
  type Split,
} from '../../../src/index.ts'
import {
  parseAggregator,
  parseCodec,
  parseRule,
  parseTopology,
  peerAveraging,
  peerRuleNames,
  recommendedRule,
} from '../../../src/public/algorithms.ts'
import { parseModel } from '../../../src/public/models.ts'
import { Interrupted } from '../../interruption.ts'
import { SOURCE_FORMS } from '../../names.ts'
import { requireKnownRule } from '../../recipe-file.ts'
import { meaningOf } from '../../task.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { InitFlags } from './flags.ts'
import { DEFAULT_MEMBERSHIP, type Membership } from './founding.ts'
import { DEFAULT_SOURCE, stepsFor } from './steps.ts'

/** The models that a newcomer chooses from, those of them that fit the data; flags take everything else too. */
const SUGGESTED_MODELS = [
  { value: 'linear', hint: MODELS.linear },
  { value: 'mlp:64', hint: 'one hidden layer' },
  { value: 'mlp:128,64', hint: 'two hidden layers' },
  { value: 'cnn', hint: MODELS.cnn },
  { value: 'language', hint: MODELS['language[:LAYERS,HEADS,WIDTH]'] },
  { value: 'language:2,2,64', hint: 'a smaller one, which trains faster' },
]

export interface Asking {
  /** The file to write. */
  readonly file: string
  /** Throws where it cannot be written. */
  readonly requireFree: (file: string) => Promise<void>
  /** The seed of the order of the data, where it matters. */
  readonly seed: number
  /** Called with warnings about the data. */
  readonly warn: (message: string) => void
  /** Ends the questions. */
  readonly signal: AbortSignal
}

/** The flags with what was asked, and the data that they name, where that is known. */
export interface Answers {
  readonly flags: InitFlags
  readonly data?: Split
}

/** Asks for what the flags leave open; nothing is asked before what they say is known to be right. */
export async function askForRecipe(
  flags: InitFlags,
  { file, requireFree, seed, warn, signal }: Asking,
): Promise<Answers> {
  if (flags.model !== undefined) parseModel(flags.model)
  if (flags.topology !== undefined) parseTopology(flags.topology, { seed: '' })
  const { rule: anyRule, aggregator: usual } = defaultRecipe.averaging
  const aggregator = flags.aggregator ?? usual
  await requireKnownRule({ rule: flags.rule ?? anyRule, aggregator })
  const found: { data?: Split; warnings: string[] } = { warnings: [] }
  const find = async (source: string) => {
    const warnings: string[] = []
    const data = await loadDataset(source, {
      seed,
      strict: flags.strict,
      warn: message => warnings.push(message),
      ...meaningOf({ objective: { task: flags.task }, data: { standardise: flags.standardise } }),
    })
    requireModelFor(data, flags.model)
    Object.assign(found, { data, warnings })
  }
  if (flags.data !== undefined) await find(flags.data)
  const options = { output: process.stderr, signal }
  intro('A recipe: what the peers of a swarm have in common', options)
  const data =
    flags.data ??
    answer(
      await text({
        ...options,
        message: `Data to learn from (${SOURCE_FORMS})`,
        placeholder: DEFAULT_SOURCE,
        defaultValue: DEFAULT_SOURCE,
        validate: given => complaint(() => find(given || DEFAULT_SOURCE)),
      }),
    )
  // Not before: a line in the middle of a question garbles it.
  for (const message of found.warnings) warn(message)
  const models = found.data === undefined ? SUGGESTED_MODELS : modelsFor(found.data)
  const model =
    flags.model ??
    answer(
      await select({
        ...options,
        message: 'Model',
        options: models,
        initialValue: (models.find(({ value }) => value === defaultRecipe.model.name) ?? models[0]).value,
      }),
    )
  const topology =
    flags.topology ??
    answer(
      await select({
        ...options,
        message: 'Who averages with whom',
        // Those with a number are for flags.
        options: Object.entries(TOPOLOGIES)
          .filter(([form]) => !form.includes(':'))
          .map(([value, hint]) => ({ value, hint })),
        initialValue: defaultRecipe.averaging.topology,
      }),
    )
  const rule =
    flags.rule ??
    answer(
      await select({
        ...options,
        message: 'How they average',
        options: rulesFor(topology).map(value => ({ value, hint: hintOf(value) })),
        initialValue: recommendedRule({ averaging: { topology } }),
      }),
    )
  const steps =
    flags.steps ?? (flags.epochs === undefined ? await askForSteps(flags, data, found.data, options) : undefined)
  const membership =
    flags.membership ??
    answer(
      await select({
        ...options,
        message: 'Who may join',
        options: Object.entries(MEMBERSHIPS).map(([value, hint]) => ({ value: value as Membership, hint })),
        initialValue: DEFAULT_MEMBERSHIP,
      }),
    )
  const out =
    flags.out ??
    answer(
      await text({
        ...options,
        message: 'File to write',
        placeholder: file,
        defaultValue: file,
        validate: given => complaint(() => requireFree(given || file)),
      }),
    )
  outro('', options)
  return { flags: { ...flags, data, model, topology, rule, steps, membership, out }, data: found.data }
}

/** Offers what suits the data. */
async function askForSteps(
  flags: InitFlags,
  source: string,
  data: Split | undefined,
  options: Pick<TextOptions, 'output' | 'signal'>,
): Promise<number> {
  const offered = String(data === undefined ? defaultRecipe.training.steps : stepsFor(flags, source, data.train))
  return Number(
    answer(
      await text({
        ...options,
        message: 'Local steps of each peer',
        placeholder: offered,
        defaultValue: offered,
        validate: given => (/^\d{1,9}$/.test(given || offered) ? undefined : 'expected a whole number of at least 0'),
      }),
    ),
  )
}

/** Those by which peers can average over it. */
function rulesFor(topology: string): string[] {
  return peerRuleNames.filter(rule => fits({ averaging: { topology, rule } }))
}

function fits(recipe: RecipeInput): boolean {
  try {
    peerAveraging(parseRecipe(recipe))
    return true
  } catch (error) {
    if (error instanceof HearsayError) return false
    throw error
  }
}

function hintOf(rule: string): string {
  return parseRule(rule, { aggregator: parseAggregator('mean'), codec: parseCodec('none') }).hint
}

function modelsFor({ train }: Split): typeof SUGGESTED_MODELS {
  return SUGGESTED_MODELS.filter(({ value }) => misfit(value, train) === undefined)
}

/** @param model that a flag names */
function requireModelFor(data: Split, model: string | undefined): void {
  const { train } = data
  const shape = `[${train.shape.join(', ')}]`
  const reason = model === undefined ? undefined : misfit(model, train)
  if (reason !== undefined) throw new WrongUsage(`${model} cannot take samples of shape ${shape}: ${reason}`)
  if (model !== undefined || modelsFor(data).length > 0) return
  throw new WrongUsage(
    `no model of hearsay takes samples of shape ${shape} of ${train.name}; name your own, with --model`,
  )
}

function misfit(model: string, { shape, targets }: Split['train']): string | undefined {
  return parseModel(model).misfit?.(shape, targets !== undefined)
}

/** The complaint about an answer, so that it can be given again. */
async function complaint(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    if (error instanceof HearsayError || error instanceof WrongUsage) return error.message
    throw error
  }
}

function answer<T>(given: T): Exclude<T, symbol> {
  if (isCancel(given)) throw new Interrupted()
  return given as Exclude<T, symbol>
}
