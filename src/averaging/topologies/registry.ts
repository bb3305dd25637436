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

// A new topology is one file in this folder and one entry in one of these lists.

type Seed = number | string

const plain: Readonly<Record<string, (seed: Seed) => Topology>> = {
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
  /** What stands for the parameter in a list of names. */
  readonly letter: string
  readonly make: (parameter: number, seed: Seed) => Topology
}

/** Those that are written with a whole number of at least 1, as in `random-regular:4`. */
const numbered: Readonly<Record<string, Parametrised>> = {
  'base-k': { letter: 'K', make: baseK },
  epidemic: { letter: 'S', make: epidemic },
  'epidemic-local': { letter: 'S', make: epidemicLocal },
  moshpit: { letter: 'M', make: moshpit },
  'random-regular': { letter: 'D', make: randomRegular },
  tree: { letter: 'B', make: tree },
}

/** Those that are written with a probability above 0, as in `erdos-renyi:0.2`. */
const random: Readonly<Record<string, Parametrised>> = {
  'erdos-renyi': { letter: 'P', make: erdosRenyi },
}

const FILE = 'file:'

/** What {@link parseTopology} accepts: P is a probability above 0, EDGES a file, other letters whole numbers of at least 1. */
export const topologyNames: readonly string[] = [
  ...Object.keys(plain),
  ...Object.entries({ ...numbered, ...random }).map(([name, { letter }]) => `${name}:${letter}`),
  `${FILE}EDGES`,
]

/** The file that a topology wants to be read, where it is written as `file:EDGES`. */
export function edgesFileOf(text: string): string | undefined {
  return text.startsWith(FILE) && text.length > FILE.length ? text.slice(FILE.length) : undefined
}

/**
 * @param options.seed decides every random choice; all peers must use the same, or their graphs differ
 * @param options.edges what is in the file that {@link edgesFileOf} names
 * @throws UsageError for an unknown name, a parameter that is missing, malformed or not wanted, or edges that are missing
 *   or malformed
 */
export function parseTopology(
  text: string,
  { seed, edges }: { readonly seed: Seed; readonly edges?: string },
): Topology {
  if (edgesFileOf(text) !== undefined) {
    if (edges !== undefined) return fromEdges(text, edges)
    throw new UsageError(`the edges of ${text} were not read: such a topology is for simulations, which read the file`)
  }
  if (Object.hasOwn(plain, text)) return plain[text](seed)
  const [, name, parameter] = /^([^:]+):(.+)$/.exec(text) ?? []
  if (name !== undefined && Object.hasOwn(numbered, name) && /^[1-9]\d{0,5}$/.test(parameter)) {
    return numbered[name].make(Number(parameter), seed)
  }
  if (name !== undefined && Object.hasOwn(random, name) && isProbability(parameter)) {
    return random[name].make(Number(parameter), seed)
  }
  throw new UsageError(
    `unknown topology "${text}"; accepted are ${topologyNames.join(', ')} (P: a probability above 0, EDGES: a file, ` +
      'other letters: a whole number of at least 1)',
  )
}

function isProbability(text: string): boolean {
  return /^(0?\.\d+|1(\.0+)?)$/.test(text) && Number(text) > 0
}
