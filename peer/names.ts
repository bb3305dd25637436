import {
  AGGREGATORS,
  ATTACKS,
  type Choices,
  COMPRESSIONS,
  formsOf,
  MEMBERSHIPS,
  MODELS,
  PARTITIONS,
  PEER_AGGREGATORS,
  SOURCES,
  TOPOLOGIES,
} from '../src/catalogue.ts'
import { wrap } from './prose.ts'

/** The rules, which are not in the catalogue: each is loaded to say its name. */
export interface RuleNames {
  /** Those by which deployed peers can average. */
  readonly ofPeers: readonly string[]
  readonly all: readonly string[]
}

export async function readRuleNames(): Promise<RuleNames> {
  // Not the library as a whole, which loads libp2p.
  const { peerRuleNames, ruleNames } = await import('../src/averaging/rules/registry.ts')
  return { ofPeers: peerRuleNames, all: ruleNames }
}

/** The sources of data, in a sentence, without the parts that may be left out. */
export const SOURCE_FORMS = formsOf(SOURCES)
  .map(form => form.replace(/\[.*| or .*/, ''))
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')

/** Explains what the flags of a command take. */
export function helpOnValues(others: readonly string[] = []): string {
  return ['', 'Values:', ...[values('SOURCE', SOURCES), ...others].map(line => `  ${line}`)].join('\n')
}

/** The same, with what overrides a recipe. */
export function helpOnRecipeValues(rules: RuleNames | undefined, others: readonly string[] = []): string {
  return helpOnValues([
    values('MODEL', MODELS),
    values('T', TOPOLOGIES),
    ...(rules === undefined ? [] : [value('A', rules.ofPeers.join(', '))]),
    values('G', PEER_AGGREGATORS, 'hearsay simulate --engine matrix has others'),
    values('C', COMPRESSIONS),
    ...others,
  ])
}

/** The same, with everything that only simulations take. */
export function helpOnSimulationValues(rules: RuleNames | undefined): string {
  return helpOnValues([
    values('MODEL', MODELS),
    values('T', TOPOLOGIES),
    ...(rules === undefined
      ? []
      : [value('A', `${rules.all.join(', ')} (engines virtual and libp2p: ${rules.ofPeers.join(', ')})`)]),
    values('G', AGGREGATORS, `engines virtual and libp2p: ${formsOf(PEER_AGGREGATORS).join(', ')}`),
    values('C', COMPRESSIONS),
    values('ATTACK', ATTACKS),
    PARTITION_VALUES,
  ])
}

/** The meaning of a word in a flag. */
function value(word: string, text: string): string {
  return word.padEnd(VALUE_COLUMN - 2) + indented(text)
}

/** The same, of a catalogue: a line each. @param aside about all of them */
function values(word: string, choices: Choices, aside?: string): string {
  const lines = Object.entries(choices).map(([form, hint]) => indented(`${form} (${hint})`))
  const gap = `\n${' '.repeat(VALUE_COLUMN)}`
  return (
    word.padEnd(VALUE_COLUMN - 2) + lines.join(`,${gap}`) + (aside === undefined ? '' : `;${gap}${indented(aside)}`)
  )
}

function indented(text: string): string {
  return wrap(text, ' '.repeat(VALUE_COLUMN)).trimStart()
}

/** The column in which values begin: two before the word, and room for the longest. */
const VALUE_COLUMN = 11

export const PARTITION_VALUES = values('P', PARTITIONS)
export const MEMBERSHIP_VALUES = values('WHO', MEMBERSHIPS)

/** What a swarm is that lets in everybody, for those who start it. */
export const OPEN = 'open: anyone who has this recipe may join and change the model'
