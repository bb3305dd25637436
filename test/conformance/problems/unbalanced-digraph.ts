import type { Adjacency } from '../../../src/averaging/topology.ts'

/**
 * A directed graph, strongly connected, in which some are heard by more than they hear and others by fewer: a cycle, and from
 * every even peer i a second edge to i / 2. Lists whom each peer hears, ascending.
 */
export function unbalancedDigraph(peers: number): Adjacency {
  const hears = Array.from({ length: peers }, () => new Set<number>())
  for (let i = 0; i < peers; i++) {
    for (const to of i % 2 === 0 ? [(i + 1) % peers, i / 2] : [(i + 1) % peers]) if (to !== i) hears[to].add(i)
  }
  return hears.map(sources => [...sources].sort((a, b) => a - b))
}
