/** Measurements of mixing matrices. */

import { applyMixing, createMixing, type MixingMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import { mixingNorm } from '../../../src/averaging/spectrum.ts'
import { parseTopology } from '../../../src/averaging/topologies/registry.ts'
import { type Adjacency, adjacencyOf, type Topology } from '../../../src/averaging/topology.ts'
import { distance, preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'

export function topology(name: string): Topology {
  return parseTopology(name, { seed: 1 })
}

/** The weights of one round. */
export function mixing(name: string, peers: number, round = 0): MixingMatrix {
  return mixingMatrix(topology(name), peers, round)
}

export function graph(name: string, peers: number, round = 0): Adjacency {
  return adjacencyOf(topology(name), peers, round)
}

/** One for each peer, of standard normal numbers. */
export function normalVectors(peers: number, length: number, random: Random): Float64Array[] {
  return Array.from({ length: peers }, () => Float64Array.from({ length }, () => random.normal()))
}

/** W as it would be written on paper. */
export function dense(W: MixingMatrix): Float64Array[] {
  return Array.from(W.self, (own, i) => {
    const row = new Float64Array(W.peers)
    row[i] = own
    for (let k = W.offsets[i]; k < W.offsets[i + 1]; k++) row[W.neighbours[k]] += W.weights[k]
    return row
  })
}

/** W_last … W_first, as a matrix with all links. */
export function product(matrices: Iterable<MixingMatrix>, peers: number): MixingMatrix {
  let rows = Array.from({ length: peers }, (_, i) => Float64Array.from({ length: peers }, (_, j) => +(i === j)))
  for (const W of matrices) rows = applyMixing(W, rows)
  const others = rows.map((_, i) => Array.from(rows.keys()).filter(j => j !== i))
  return { ...createMixing(others, (i, j) => rows[i][j]), self: Float64Array.from(rows, (row, i) => row[i]) }
}

/** The first rounds of a topology, in order. */
export function rounds(of: Topology, peers: number, count: number): MixingMatrix[] {
  return Array.from({ length: count }, (_, round) => mixingMatrix(of, peers, round))
}

/** The largest of the deviations of the elements of P from 1/n. */
export function deviationFromMean(P: MixingMatrix): number {
  return Math.max(...dense(P).flatMap(row => Array.from(row, weight => Math.abs(weight - 1 / P.peers))))
}

/** By how much the worst row sum misses 1. */
export function rowError(W: MixingMatrix): number {
  return Math.max(...dense(W).map(row => Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1)))
}

/** By how much the worst column sum misses 1. */
export function columnError(W: MixingMatrix): number {
  const sums = new Float64Array(W.peers)
  for (const row of dense(W)) for (let j = 0; j < row.length; j++) sums[j] += row[j]
  return Math.max(...sums.map(sum => Math.abs(sum - 1)))
}

/** max |w_ij − w_ji| */
export function asymmetry(W: MixingMatrix): number {
  const matrix = dense(W)
  return Math.max(...matrix.flatMap((row, i) => Array.from(row, (weight, j) => Math.abs(weight - matrix[j][i]))))
}

/** How far one round moves the mean of random vectors. */
export function meanDrift(W: MixingMatrix): number {
  const vectors = normalVectors(W.peers, 5, createRandom(1))
  return distance(preciseMeanOf(applyMixing(W, vectors)), preciseMeanOf(vectors))
}

/** Σ_i ‖x_i − x̄‖² */
export function totalVariance(vectors: readonly Vector[]): number {
  const average = preciseMeanOf(vectors)
  return vectors.reduce((sum, x) => sum + distance(x, average) ** 2, 0)
}

/** ‖P − J‖ */
export function normOf(P: MixingMatrix): number {
  return mixingNorm(P)
}
