import { distance } from '../src/parameters/vectors.ts'
import type { RunResult } from './result.ts'

/** More would be too many to see apart, and n² numbers in the result. */
const MOST_PEERS = 64

/** How far peers are from each other, ‖x_i − x_j‖: of all, or of as many as can be shown, at equal intervals. */
export function pairwiseDistances(vectors: readonly Float32Array[]): NonNullable<RunResult['pairwise']> {
  const count = Math.min(vectors.length, MOST_PEERS)
  const peers = Array.from({ length: count }, (_, i) => Math.floor((i * vectors.length) / count))
  return { peers, distances: peers.map(i => peers.map(j => distance(vectors[i], vectors[j]))) }
}
