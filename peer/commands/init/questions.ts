import { intro, isCancel, outro, select, text } from '@clack/prompts'
import { defaultRecipe, pairwiseRuleNames, parseModel, topologyNames } from '../../../src/index.ts'
import { Interrupted } from '../../interruption.ts'
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

/** Asks for what the flags leave open. */
export async function askForRecipe(flags: InitFlags, file: string): Promise<InitFlags> {
  const options = { output: process.stderr }
  intro('A recipe: what the peers of a swarm have in common', options)
  const data =
    flags.data ??
    answer(
      await text({
        ...options,
        message: 'Data to learn from (digits, csv:FILE, idx:IMAGES,LABELS)',
        initialValue: 'digits',
        validate: given => (given ? undefined : 'digits, csv:FILE or idx:IMAGES,LABELS'),
      }),
    )
  const model =
    flags.model ??
    answer(await select({ ...options, message: 'Model', options: MODELS, initialValue: defaultRecipe.model.name }))
  parseModel(model)
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
          initialValue: String(defaultRecipe.training.steps),
          validate: given => (/^\d{1,9}$/.test(given ?? '') ? undefined : 'a whole number of at least 0'),
        }),
      ),
    )
  const out = flags.out ?? answer(await text({ ...options, message: 'File to write', initialValue: file }))
  outro('', options)
  return { ...flags, data, model, topology, rule, steps, out }
}

function answer<T>(given: T): Exclude<T, symbol> {
  if (isCancel(given)) throw new Interrupted()
  return given as Exclude<T, symbol>
}
