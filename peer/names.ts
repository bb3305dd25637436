import { SOURCE_LINES } from './data-sources.ts'

/** What the registries accept, for help texts. */
export interface Names {
  readonly topologies: string
  readonly rules: string
}

export async function readNames(): Promise<Names> {
  const { peerRuleNames, topologyNames } = await import('../src/index.ts')
  return { topologies: topologyNames.join(', '), rules: peerRuleNames.join(', ') }
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

const SOURCES = `SOURCE   ${SOURCE_LINES.join(',\n           ')}`
const MODELS =
  'MODEL    linear, mlp, mlp:64,32 (sizes of the hidden layers), cnn (images),\n           language, language:3,4,96 (text: layers, heads, width),\n           tfjs:FILE (a saved LayersModel), module:FILE (a program)'

export const PARTITIONS =
  'P        iid (everybody the same mixture),\n           dirichlet:ALPHA (the smaller, the less alike)'
