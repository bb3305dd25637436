import { intro, isCancel, outro, select, text } from '@clack/prompts'
import {
  defaultRecipe,
  HearsayError,
  loadDataset,
  pairwiseRuleNames,
  parseAggregator,
  parseModel,
  parseRule,
  parseTopology,
  topologyNames,
} from '../../../src/index.ts'
import { Interrupted } from '../../interruption.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { InitFlags } from './flags.ts'

/** What a newcomer chooses from; flags take everything else too. */
const MODELS = [
  { value: 'linear', hint: 'softmax regression' },
  { value: 'mlp:64', hint: 'one hidden layer' },
  { value: 'mlp:128,64', hint: 'two hidden layers' },
]

const TOPOLOGY_HINTS: Readonly<Record<string, string>> = {
  complete: 'everybody with everybody; for small swarms',
  ring: 'two neighbours each; slow to agree',
  exponential: 'neighbours 1, 2, 4, 8, … away',
  'one-peer-exponential': 'one of them at a time',
}

const RULE_HINTS: Readonly<Record<string, string>> = {
  adpsgd: 'pairs, whenever it suits them',
  none: 'nobody: isolated peers, for comparison',
}

export interface Asking {
  /** Of the file to write. */
  readonly file: string
  /** Throws where it cannot be written. */
  readonly requireFree: (file: string) => Promise<void>
  /** Of the order of the data, where it matters. */
  readonly seed: number
}

const DATA = 'digits'
const STEPS = String(defaultRecipe.training.steps)

/** Asks for what the flags leave open; nothing is asked before what they say is known to be right. */
export async function askForRecipe(flags: InitFlags, { file, requireFree, seed }: Asking): Promise<InitFlags> {
  if (flags.model !== undefined) parseModel(flags.model)
  if (flags.topology !== undefined) parseTopology(flags.topology, { seed: '' })
  if (flags.rule !== undefined) parseRule(flags.rule, parseAggregator('mean'))
  const loading = { seed, strict: flags.strict }
  if (flags.data !== undefined) await loadDataset(flags.data, loading)
  const options = { output: process.stderr }
  intro('A recipe: what the peers of a swarm have in common', options)
  const data =
    flags.data ??
    answer(
      await text({
        ...options,
        message: 'Data to learn from (digits, csv:FILE, idx:IMAGES,LABELS, images:DIR, text:FILE, module:FILE)',
        placeholder: DATA,
        defaultValue: DATA,
        validate: given => complaint(async () => void (await loadDataset(given || DATA, loading))),
      }),
    )
  const model =
    flags.model ??
    answer(await select({ ...options, message: 'Model', options: MODELS, initialValue: defaultRecipe.model.name }))
  const topology =
    flags.topology ??
    answer(
      await select({
        ...options,
        message: 'Who averages with whom',
        // Those with a number are for flags.
        options: topologyNames
          .filter(name => !name.includes(':'))
          .map(value => ({ value, hint: TOPOLOGY_HINTS[value] })),
        initialValue: defaultRecipe.averaging.topology,
      }),
    )
  const rule =
    flags.rule ??
    answer(
      await select({
        ...options,
        message: 'How they average',
        options: pairwiseRuleNames
          .filter(name => name in RULE_HINTS)
          .map(value => ({ value, hint: RULE_HINTS[value] })),
        initialValue: defaultRecipe.averaging.rule,
      }),
    )
  const steps =
    flags.steps ??
    Number(
      answer(
        await text({
          ...options,
          message: 'Local steps of each peer',
          placeholder: STEPS,
          defaultValue: STEPS,
          validate: given => (/^\d{1,9}$/.test(given || STEPS) ? undefined : 'expected a whole number of at least 0'),
        }),
      ),
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
  return { ...flags, data, model, topology, rule, steps, out }
}

/** What is wrong with an answer, so that it can be given again. */
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
