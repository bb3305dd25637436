/**
 * The graph of averaging, round by round. Pure: the same peer, number of peers and round always give the same answer, so every peer can
 * work out the whole graph by itself. Peers are numbered 0 … n − 1.
 */
export interface Topology {
  /** The name as written in a recipe, parameter included: `parseTopology(name)` gives the same topology again. */
  readonly name: string
  /** Whether j is a neighbour of i exactly when i is one of j. */
  readonly symmetric: boolean
  /**
   * Whether everybody is averaged by as many as it averages, as on any symmetric graph. Only then can weights keep the mean
   * from round to round with no number beside the parameters.
   */
  readonly balanced: boolean
  /**
   * For a topology that is not balanced: whether over its random rounds everybody is averaged by as many as it averages, so that plain
   * averages keep the mean in expectation. Default: no.
   */
  readonly balancedOnAverage?: boolean
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
  /**
   * The weights of {@link neighbours}, in the same order, where the topology is defined by them; w_ij = w_ji, and what they
   * leave of 1 is the peer's own. Without this, the degrees decide.
   */
  weights?(peer: number, peers: number, round: number): readonly number[]
}

/** `adjacency[i]`: the neighbours of i, ascending, without i. */
export type Adjacency = readonly (readonly number[])[]

/** The whole graph of one round. @throws UsageError where the topology refuses so many peers */
export function adjacencyOf(topology: Topology, peers: number, round: number): Adjacency {
  return Array.from({ length: peers }, (_, peer) => topology.neighbours(peer, peers, round))
}

/** Whom every peer is a neighbour of: the edges of a directed graph, the other way round. */
export function reversed(adjacency: Adjacency): Adjacency {
  const result: number[][] = adjacency.map(() => [])
  for (const [i, neighbours] of adjacency.entries()) for (const j of neighbours) result[j].push(i)
  return result
}

/** Whether an undirected graph is in one piece; of a directed one, whether everybody can be reached from the first. */
export function isConnected(adjacency: Adjacency): boolean {
  const reached = new Set([0])
  for (const peer of reached) for (const neighbour of adjacency[peer]) reached.add(neighbour)
  return reached.size === adjacency.length
}

/** Whether everybody can be reached from everybody, along edges that may go one way. */
export function isStronglyConnected(adjacency: Adjacency): boolean {
  return isConnected(adjacency) && isConnected(reversed(adjacency))
}
