import { adjacencyOf, type Topology } from '../topology.ts'
import { parseTopology } from './registry.ts'

/** The nearest symmetric topologies, by family. */
const nearest: Readonly<Record<string, (degree: number) => readonly string[]>> = {
  exponential: () => ['hypercube'],
  'one-peer-exponential': () => ['base-k:1', 'hypercube'],
  'epidemic-local': sends => [`epidemic:${sends}`],
}

/**
 * A symmetric topology for the place of one that a rule cannot use, as like it as can be.
 *
 * @param options.fixed whether it must be the same in every round
 */
export function symmetricBeside(topology: Topology, peers: number, { fixed }: { readonly fixed: boolean }): string {
  const [family, parameter] = topology.name.split(':')
  const degree = adjacencyOf(topology, peers, 0).reduce((most, { length }) => Math.max(most, length), 0)
  const candidates = [...(nearest[family]?.(Number(parameter)) ?? []), `random-regular:${degree}`]
  const works = candidates.find(name => {
    // Whether these fit does not depend on a seed.
    const candidate = parseTopology(name, { seed: 0 })
    return candidate.misfit(peers) === undefined && !(fixed && candidate.changes)
  })
  return works ?? 'ring'
}

/** The remedy for a topology on which no weights keep the mean. */
export function balancedBeside(topology: Topology, peers: number): string {
  if (topology.name.startsWith('file:')) return 'the same edges in both directions'
  return symmetricBeside(topology, peers, { fixed: false })
}
