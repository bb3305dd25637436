import { HearsayError } from '../errors.ts'
import { addScaled, requireSameLength, type Vector } from '../parameters/vectors.ts'
import { type Adjacency, adjacencyOf, type Topology } from './topology.ts'

/** A graph on which these weights would not preserve the mean. */
export class MixingError extends HearsayError {
  override readonly name = 'MixingError'
}

/**
 * The weights W with which parameters are averaged, `[peers, peers]`, sparse by rows: x_i ← w_ii x_i + Σ_j w_ij x_j. Row i has
 * its neighbours and their weights at the places `offsets[i]` up to, not including, `offsets[i + 1]`.
 */
export interface MixingMatrix {
  readonly peers: number
  /** `[peers]`: w_ii. */
  readonly self: Float64Array
  /** `[peers + 1]` */
  readonly offsets: Int32Array
  /** `[links]`: ascending within a row, without the peer itself. */
  readonly neighbours: Int32Array
  /** `[links]` */
  readonly weights: Float64Array
}

/** w_ij = 1 / (1 + max(d_i, d_j)). Needs to know nothing beyond the two degrees. */
export function metropolisWeight(degreeA: number, degreeB: number): number {
  return 1 / (1 + Math.max(degreeA, degreeB))
}

/**
 * Metropolis–Hastings weights: w_ij = 1 / (1 + max(d_i, d_j)) on edges, w_ii = 1 − Σ_j w_ij. Symmetric, doubly stochastic
 * and with w_ii > 0 on every undirected graph (Xiao, Boyd and Lall 2005).
 *
 * @throws MixingError when an edge goes one way only
 */
export function metropolisMatrix(adjacency: Adjacency): MixingMatrix {
  requireUndirected(adjacency)
  return createMixing(adjacency, (i, j) => metropolisWeight(adjacency[i].length, adjacency[j].length))
}

/** A pass over the peers in order meets the neighbours of each in order: one pointer for each row is enough. */
function requireUndirected(adjacency: Adjacency): void {
  const next = new Int32Array(adjacency.length)
  for (const [i, neighbours] of adjacency.entries()) {
    for (const j of neighbours) {
      const mirrored = adjacency[j][next[j]++]
      if (mirrored === i) continue
      const [from, to] = mirrored < i ? [j, mirrored] : [i, j]
      throw new MixingError(
        `Metropolis weights need an undirected graph, but ${from} has neighbour ${to} and not the reverse`,
      )
    }
  }
}

/**
 * w_ij = 1 / (1 + max d) on every edge, for a directed graph in which everyone is averaged by as many as it averages: doubly
 * stochastic, not symmetric in general. Where the degree is the same everywhere, w_ii is as large as the others.
 *
 * @throws MixingError when somebody averages more, or fewer, than average it
 */
export function uniformMatrix(adjacency: Adjacency): MixingMatrix {
  const averagedBy = inDegrees(adjacency)
  let degree = 0
  for (const [i, { length }] of adjacency.entries()) {
    if (length !== averagedBy[i]) {
      throw new MixingError(
        `uniform weights need a balanced graph, but ${i} averages ${length} and is averaged by ${averagedBy[i]}`,
      )
    }
    degree = Math.max(degree, length)
  }
  return createMixing(adjacency, () => 1 / (1 + degree))
}

/** w_ij = 1 / (1 + d_i): the receiver takes a plain average. Rows sum to 1 on every graph; the mean is kept on few. */
export function rowStochasticMatrix(adjacency: Adjacency): MixingMatrix {
  return createMixing(adjacency, i => 1 / (1 + adjacency[i].length))
}

/**
 * The weights of push-sum: the sender j splits what it has into equal parts, p_ij = p_jj = 1 / (1 + d_j), where d_j says how
 * many hear it. Columns sum to 1 on every directed graph (Kempe, Dobra and Gehrke 2003). Row i still says whom i hears.
 */
export function columnStochasticMatrix(adjacency: Adjacency): MixingMatrix {
  const share = Float64Array.from(inDegrees(adjacency), heardBy => 1 / (1 + heardBy))
  return { ...createMixing(adjacency, (_, j) => share[j]), self: share }
}

/** By how many each peer is averaged. */
function inDegrees(adjacency: Adjacency): Int32Array {
  const degrees = new Int32Array(adjacency.length)
  for (const neighbours of adjacency) for (const j of neighbours) degrees[j]++
  return degrees
}

/** Everybody keeps what it has: W = I. */
export function identityMatrix(peers: number): MixingMatrix {
  const none: readonly number[] = []
  return createMixing(new Array(peers).fill(none), () => 0)
}

/** (1 − e) W + e I: eigenvalues move towards 1 by the share e of what they lack. */
export function lazy(W: MixingMatrix, e: number): MixingMatrix {
  return {
    ...W,
    self: W.self.map(weight => (1 - e) * weight + e),
    weights: W.weights.map(weight => (1 - e) * weight),
  }
}

/**
 * The mixing matrix of one round: the topology's own weights where it has any, Metropolis's on a symmetric graph, uniform
 * ones on a balanced directed one, and the receiver's plain average on any other, where the mean is not kept.
 *
 * @throws UsageError where the topology refuses so many peers
 */
export function mixingMatrix(topology: Topology, peers: number, round: number): MixingMatrix {
  const adjacency = adjacencyOf(topology, peers, round)
  if (topology.weights !== undefined) {
    const weights = adjacency.map((_, peer) => topology.weights?.(peer, peers, round) ?? [])
    return createMixing(adjacency, (i, _, k) => weights[i][k])
  }
  if (topology.symmetric) return metropolisMatrix(adjacency)
  return topology.balanced ? uniformMatrix(adjacency) : rowStochasticMatrix(adjacency)
}

/**
 * W with these weights on the links of a graph, and on the diagonal what they leave of 1.
 *
 * @param weightOf w_ij of peer i and its k-th neighbour j
 */
export function createMixing(
  adjacency: Adjacency,
  weightOf: (peer: number, neighbour: number, k: number) => number,
): MixingMatrix {
  const peers = adjacency.length
  const offsets = new Int32Array(peers + 1)
  for (let i = 0; i < peers; i++) offsets[i + 1] = offsets[i] + adjacency[i].length
  const neighbours = new Int32Array(offsets[peers])
  const weights = new Float64Array(offsets[peers])
  const self = new Float64Array(peers)
  for (let i = 0; i < peers; i++) {
    const row = adjacency[i]
    let left = 1
    for (let k = 0; k < row.length; k++) {
      const weight = weightOf(i, row[k], k)
      neighbours[offsets[i] + k] = row[k]
      weights[offsets[i] + k] = weight
      left -= weight
    }
    self[i] = left
  }
  return { peers, self, offsets, neighbours, weights }
}

/**
 * X ← W X, accumulated in float64 and rounded once to what the vectors are.
 *
 * @param vectors one for each peer, `[peers, parameters]`; not changed
 * @throws LengthMismatchError when there are more or fewer vectors than rows, or vectors of different lengths
 */
export function applyMixing<V extends Vector>(W: MixingMatrix, vectors: readonly V[]): V[] {
  requireSameLength({ length: W.peers }, vectors)
  for (const vector of vectors) requireSameLength(vectors[0], vector)
  return vectors.map((own, i) => {
    const sum = new Float64Array(own.length)
    addScaled(sum, W.self[i], own)
    for (let k = W.offsets[i]; k < W.offsets[i + 1]; k++) addScaled(sum, W.weights[k], vectors[W.neighbours[k]])
    return (own instanceof Float32Array ? new Float32Array(sum) : sum) as V
  })
}
