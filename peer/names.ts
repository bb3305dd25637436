/** What the registries accept, for help texts. */
export interface Names {
  readonly topologies: string
  readonly rules: string
}

export async function readNames(): Promise<Names> {
  const { pairwiseRuleNames, topologyNames } = await import('../src/index.ts')
  return { topologies: topologyNames.join(', '), rules: pairwiseRuleNames.join(', ') }
}

/** Explains what the flags of a command take. */
export function helpOnValues(others: readonly string[] = []): string {
  return ['', 'Values:', ...[SOURCES, ...others].map(line => `  ${line}`)].join('\n')
}

/** The same, with what overrides a recipe. */
export function helpOnRecipeValues(names: Names | undefined, others: readonly string[] = []): string {
  const lists = names === undefined ? [] : [`T        ${names.topologies}`, `A        ${names.rules}`]
  return helpOnValues([MODELS, ...lists, ...others])
}

const SOURCES =
  'SOURCE   digits (built in),\n           csv:FILE[?label=COLUMN&header=no&standardise=yes],\n           idx:IMAGES,LABELS or idx:DIR'
const MODELS = 'MODEL    linear, mlp, mlp:64,32 (sizes of the hidden layers)'

export const PARTITIONS =
  'P        iid (everybody the same mixture),\n           dirichlet:ALPHA (the smaller, the less alike)'
