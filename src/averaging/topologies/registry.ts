import { UsageError } from '../../errors.ts'
import type { Topology } from '../topology.ts'
import { complete } from './complete.ts'
import { exponential } from './exponential.ts'
import { onePeerExponential } from './one-peer-exponential.ts'
import { randomRegular } from './random-regular.ts'
import { ring } from './ring.ts'

// A new topology is one file in this folder and one entry in one of these two lists.

const plain: readonly Topology[] = [complete, exponential, onePeerExponential, ring]

/** Those that are written with a whole number of at least 1, as in `random-regular:4`. */
const numbered: Readonly<Record<string, (parameter: number, seed: number | string) => Topology>> = {
  'random-regular': randomRegular,
}

/** What {@link parseTopology} accepts; `D` stands for a whole number of at least 1. */
export const topologyNames: readonly string[] = [
  ...plain.map(({ name }) => name),
  ...Object.keys(numbered).map(name => `${name}:D`),
]

/**
 * @param options.seed decides every random choice; all peers must use the same, or their graphs differ
 * @throws UsageError for an unknown name, or a parameter that is missing, malformed or not wanted
 */
export function parseTopology(text: string, { seed }: { readonly seed: number | string }): Topology {
  const topology = plain.find(({ name }) => name === text)
  if (topology) return topology
  const [, name, parameter] = /^(.+):([1-9]\d{0,5})$/.exec(text) ?? []
  if (name !== undefined && Object.hasOwn(numbered, name)) return numbered[name](Number(parameter), seed)
  throw new UsageError(
    `unknown topology "${text}"; accepted are ${topologyNames.join(', ')} (D: a whole number of at least 1)`,
  )
}
