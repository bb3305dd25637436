/**
 * Who averages with whom, and when. Pure: the same peer, number of peers and round always give the same answer, so every
 * peer can work out the whole graph by itself. Peers are numbered 0 … n − 1.
 */
export interface Topology {
  /** As written in a recipe, parameter included: `parseTopology(name)` gives the same topology again. */
  readonly name: string
  /** Whether j is a neighbour of i exactly when i is one of j. */
  readonly symmetric: boolean
  /** Whether the neighbours depend on the round. */
  readonly changes: boolean
  /** Why this topology is impossible for so many peers, and what would work; undefined where it is possible. */
  misfit(peers: number): string | undefined
  /**
   * Those whose parameters enter this peer's average in this round: ascending, without the peer itself.
   *
   * @throws UsageError where {@link misfit} gives a reason
   */
  neighbours(peer: number, peers: number, round: number): readonly number[]
}

/** `adjacency[i]`: the neighbours of i, ascending, without i. */
export type Adjacency = readonly (readonly number[])[]

/** The whole graph of one round. @throws UsageError where the topology refuses so many peers */
export function adjacencyOf(topology: Topology, peers: number, round: number): Adjacency {
  return Array.from({ length: peers }, (_, peer) => topology.neighbours(peer, peers, round))
}
