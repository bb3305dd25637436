import { SOURCE_LINES } from './data-sources.ts'
import { wrap } from './prose.ts'

/** What the registries accept, for help texts. */
export interface Names {
  readonly topologies: string
  /** Those by which deployed peers can average. */
  readonly peerRules: string
  readonly rules: string
  readonly aggregators: string
  readonly compressions: string
  readonly attacks: string
}

export async function readNames(): Promise<Names> {
  const { aggregatorNames, attackNames, codecNames, peerRuleNames, ruleNames, topologyNames } = await import(
    '../src/public/algorithms.ts'
  )
  return {
    topologies: topologyNames.join(', '),
    peerRules: peerRuleNames.join(', '),
    rules: ruleNames.join(', '),
    aggregators: aggregatorNames.join(', '),
    compressions: [...codecNames, 'auto'].join(', '),
    attacks: attackNames.join(', '),
  }
}

/** Explains what the flags of a command take. */
export function helpOnValues(others: readonly string[] = []): string {
  return ['', 'Values:', ...[SOURCES, ...others].map(line => `  ${line}`)].join('\n')
}

/** The same, with what overrides a recipe. */
export function helpOnRecipeValues(names: Names | undefined, others: readonly string[] = []): string {
  const lists =
    names === undefined
      ? []
      : [
          value('T', names.topologies),
          value('A', names.peerRules),
          value('G', 'mean; hearsay simulate --engine matrix has others'),
          value('C', names.compressions),
        ]
  return helpOnValues([MODELS, ...lists, ...others])
}

/** The same, with everything that only simulations take. */
export function helpOnSimulationValues(names: Names | undefined): string {
  const lists =
    names === undefined
      ? []
      : [
          value('T', names.topologies),
          value('A', `${names.rules} (engines virtual and libp2p: ${names.peerRules})`),
          value('G', names.aggregators),
          value('C', names.compressions),
          value('ATTACK', names.attacks),
        ]
  return helpOnValues([MODELS, ...lists, PARTITIONS])
}

/** What a letter in a flag stands for. */
function value(letter: string, values: string): string {
  return letter.padEnd(VALUE_COLUMN - 2) + wrap(values, ' '.repeat(VALUE_COLUMN)).trimStart()
}

/** Where values begin, in columns: two before the letter, and room for the longest. */
const VALUE_COLUMN = 11

const SOURCES = `SOURCE   ${SOURCE_LINES.join(',\n           ')}`
const MODELS =
  'MODEL    linear, mlp, mlp:64,32 (sizes of the hidden layers), cnn (images),\n           language, language:3,4,96 (text: layers, heads, width),\n           tfjs:FILE (a saved LayersModel), module:FILE (a program)'

export const PARTITIONS =
  'P        iid (everybody the same mixture),\n           dirichlet:ALPHA (the smaller, the less alike),\n           shards:K (K classes each), sorted (by class),\n           quantity:ALPHA (other amounts of the same mixture)'
