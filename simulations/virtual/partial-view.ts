import { randomRegular } from '../../src/averaging/topologies/random-regular.ts'
import { type Adjacency, adjacencyOf, reversed, type Topology } from '../../src/averaging/topology.ts'

/** Up to so many peers everybody hears everybody, and a swarm can seal. Announcements grow with the square of their number. */
export const MOST_WHO_KNOW_ALL = 256

/** Neighbours of a peer where the topology would have it know everybody. */
const OVERLAY_DEGREE = 32

/** Rounds of a topology that changes, of which a peer knows the neighbours. */
const MOST_ROUNDS = 32

/**
 * The graph of a large swarm: the topology, but where all would be neighbours of all, a random one that is as good for
 * averaging (Friedman, "A proof of Alon's second eigenvalue conjecture", 2008).
 */
export function graphOf(topology: Topology, peers: number, seed: number): Topology {
  return peers > MOST_WHO_KNOW_ALL && topology.name === 'complete' ? randomRegular(OVERLAY_DEGREE, seed) : topology
}

/**
 * The partial view of every peer of a large swarm, ascending: its neighbours in the graph, and those whose neighbour it
 * is. In a graph that changes, those are the neighbours of its first rounds.
 *
 * @returns undefined where the swarm is small enough for everybody to hear everybody
 */
export function partialViews(graph: Topology, peers: number): Adjacency | undefined {
  if (peers <= MOST_WHO_KNOW_ALL) return undefined
  const known = Array.from({ length: peers }, () => new Set<number>())
  const rounds = graph.changes ? MOST_ROUNDS : 1
  for (let round = 0; round < rounds && (round === 0 || known[0].size < OVERLAY_DEGREE); round++) {
    const now = adjacencyOf(graph, peers, round)
    for (const either of graph.symmetric ? [now] : [now, reversed(now)]) {
      for (const [peer, neighbours] of either.entries()) for (const other of neighbours) known[peer].add(other)
    }
  }
  return known.map(others => [...others].sort((a, b) => a - b))
}
