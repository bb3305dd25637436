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
  const sets = adjacency.map(neighbours => new Set(neighbours))
  adjacency.forEach((neighbours, i) => {
    const oneWay = neighbours.find(j => !sets[j].has(i))
    if (oneWay !== undefined) {
      throw new MixingError(
        `Metropolis weights need an undirected graph, but ${i} has neighbour ${oneWay} and not the reverse`,
      )
    }
  })
  return createMixing(adjacency, (i, j) => metropolisWeight(adjacency[i].length, adjacency[j].length))
}

/**
 * w_ij = 1 / (1 + d) on every edge and on the diagonal, for a directed graph in which everyone averages d others and is
 * averaged by d others: doubly stochastic, not symmetric in general.
 *
 * @throws MixingError when the degrees differ
 */
export function uniformMatrix(adjacency: Adjacency): MixingMatrix {
  const degree = adjacency[0]?.length ?? 0
  const averagedBy = new Int32Array(adjacency.length)
  for (const neighbours of adjacency) for (const j of neighbours) averagedBy[j]++
  adjacency.forEach((neighbours, i) => {
    if (neighbours.length !== degree || averagedBy[i] !== degree) {
      throw new MixingError(
        `uniform weights need the same degree everywhere, but ${i} averages ${neighbours.length} and is averaged by ${averagedBy[i]}, not ${degree}`,
      )
    }
  })
  return createMixing(adjacency, () => 1 / (1 + degree))
}

/**
 * The mixing matrix of one round: Metropolis weights on a symmetric topology, uniform ones on a directed one.
 *
 * @throws UsageError where the topology refuses so many peers
 */
export function mixingMatrix(topology: Topology, peers: number, round: number): MixingMatrix {
  const adjacency = adjacencyOf(topology, peers, round)
  return topology.symmetric ? metropolisMatrix(adjacency) : uniformMatrix(adjacency)
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
    let left = 1
    adjacency[i].forEach((j, k) => {
      const weight = weightOf(i, j, k)
      neighbours[offsets[i] + k] = j
      weights[offsets[i] + k] = weight
      left -= weight
    })
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
