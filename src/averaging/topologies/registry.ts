import { formsOf, isNameIn, type ParametrisedIn, type PlainIn, TOPOLOGIES } from '../../catalogue.ts'
import { UsageError } from '../../errors.ts'
import type { Topology } from '../topology.ts'
import { baseK } from './base-k.ts'
import { chain } from './chain.ts'
import { complete } from './complete.ts'
import { epidemic } from './epidemic.ts'
import { epidemicLocal } from './epidemic-local.ts'
import { erdosRenyi } from './erdos-renyi.ts'
import { exponential } from './exponential.ts'
import { fromEdges } from './from-edges.ts'
import { hypercube } from './hypercube.ts'
import { moshpit } from './moshpit.ts'
import { onePeerExponential } from './one-peer-exponential.ts'
import { pairwise } from './pairwise.ts'
import { randomRegular } from './random-regular.ts'
import { ring } from './ring.ts'
import { star } from './star.ts'
import { torus } from './torus.ts'
import { tree } from './tree.ts'

// A new topology is one file in this folder, one entry in one of these tables, and one line in the catalogue.

type Seed = number | string

const plain: Readonly<Record<PlainIn<typeof TOPOLOGIES>, (seed: Seed) => Topology>> = {
  complete: () => complete,
  chain: () => chain,
  exponential: () => exponential,
  hypercube: () => hypercube,
  'one-peer-exponential': () => onePeerExponential,
  pairwise,
  ring: () => ring,
  star: () => star,
  torus: () => torus,
}

interface Parametrised {
  readonly accepts: (parameter: string) => boolean
  readonly make: (parameter: number, seed: Seed) => Topology
}

const parametrised: Readonly<Record<Exclude<ParametrisedIn<typeof TOPOLOGIES>, 'file'>, Parametrised>> = {
  'base-k': { accepts: isCount, make: baseK },
  epidemic: { accepts: isCount, make: epidemic },
  'epidemic-local': { accepts: isCount, make: epidemicLocal },
  moshpit: { accepts: isCount, make: moshpit },
  'random-regular': { accepts: isCount, make: randomRegular },
  tree: { accepts: isCount, make: tree },
  'erdos-renyi': { accepts: isProbability, make: erdosRenyi },
}

/** The forms that {@link parseTopology} accepts: P is a probability above 0, EDGES a file, other letters whole numbers of at least 1. */
export const topologyNames: readonly string[] = formsOf(TOPOLOGIES)

/** The file that a topology wants to be read, where it is written as `file:EDGES`. */
export function edgesFileOf(text: string): string | undefined {
  const [, file] = /^file:(.+)$/s.exec(text) ?? []
  return file
}

/**
 * The topology of this name: `ring`, `random-regular:20`.
 *
 * @param text as a recipe writes it
 * @param options `seed` decides every random choice: all peers must use the same, or their graphs differ; `edges` is what is in the file that
 *   {@link edgesFileOf} names
 * @throws UsageError for an unknown name, a parameter that is missing, malformed or not wanted, or edges that are missing
 *   or malformed
 */
export function parseTopology(
  text: string,
  options: { readonly seed: number | string; readonly edges?: string },
): Topology {
  const { seed, edges } = options
  if (edgesFileOf(text) !== undefined) {
    if (edges !== undefined) return fromEdges(text, edges)
    throw new UsageError(`the edges of ${text} were not read: such a topology is for simulations, which read the file`)
  }
  if (isNameIn(plain, text)) return plain[text](seed)
  const [, name = '', parameter = ''] = /^([^:]+):(.+)$/.exec(text) ?? []
  if (isNameIn(parametrised, name) && parametrised[name].accepts(parameter)) {
    return parametrised[name].make(Number(parameter), seed)
  }
  throw new UsageError(
    `unknown topology "${text}"; accepted are ${topologyNames.join(', ')} (P: a probability above 0, EDGES: a file, ` +
      'other letters: a whole number of at least 1)',
  )
}

function isCount(text: string): boolean {
  return /^[1-9]\d{0,5}$/.test(text)
}

function isProbability(text: string): boolean {
  return /^(0?\.\d+|1(\.0+)?)$/.test(text) && Number(text) > 0
}
