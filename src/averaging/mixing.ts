import { HearsayError } from '../errors.ts'
import { addScaled, requireSameLength, type Vector } from '../parameters/vectors.ts'
import { type Adjacency, adjacencyOf, type Topology } from './topology.ts'

/** A graph on which these weights would not preserve the mean. */
export class MixingError extends HearsayError {
  override readonly name = 'MixingError'
}

/** Row i of W: peer i's own weight w_ii, and w_ij for each neighbour j, in the same order. */
export interface MixingRow {
  readonly self: number
  readonly neighbours: Int32Array
  readonly weights: Float64Array
}

/** The weights W with which parameters are averaged, sparse by rows: x_i ← w_ii x_i + Σ_j w_ij x_j. `[peers, peers]` */
export type MixingMatrix = readonly MixingRow[]

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
  return adjacency.map((neighbours, i) => {
    const oneWay = neighbours.find(j => !sets[j].has(i))
    if (oneWay !== undefined) {
      throw new MixingError(
        `Metropolis weights need an undirected graph, but ${i} has neighbour ${oneWay} and not the reverse`,
      )
    }
    return row(neighbours, j => metropolisWeight(neighbours.length, adjacency[j].length))
  })
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
  return adjacency.map(neighbours => row(neighbours, () => 1 / (1 + degree)))
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

function row(neighbours: readonly number[], weightOf: (neighbour: number) => number): MixingRow {
  const weights = Float64Array.from(neighbours, weightOf)
  return {
    self: 1 - weights.reduce((sum, weight) => sum + weight, 0),
    neighbours: Int32Array.from(neighbours),
    weights,
  }
}

/**
 * X ← W X, accumulated in float64 and rounded once to what the vectors are.
 *
 * @param vectors one for each peer, `[peers, parameters]`; not changed
 * @throws LengthMismatchError when there are more or fewer vectors than rows, or vectors of different lengths
 */
export function applyMixing<V extends Vector>(W: MixingMatrix, vectors: readonly V[]): V[] {
  requireSameLength(W, vectors)
  for (const vector of vectors) requireSameLength(vectors[0], vector)
  return W.map(({ self, neighbours, weights }, i) => {
    const sum = new Float64Array(vectors[i].length)
    addScaled(sum, self, vectors[i])
    for (let k = 0; k < neighbours.length; k++) addScaled(sum, weights[k], vectors[neighbours[k]])
    return (vectors[i] instanceof Float32Array ? new Float32Array(sum) : sum) as V
  })
}
