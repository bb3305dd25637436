import { distance } from '../src/parameters/vectors.ts'
import type { RunResult } from './result.ts'

/** More would be too many to see apart, and n² numbers in the result. */
const MOST_PEERS = 64

/**
 * How far peers are from each other, ‖x_i − x_j‖: of all, or of as many as can be shown, at equal intervals.
 *
 * @param peers whose vectors these are
 */
export function pairwiseDistances(
  vectors: readonly Float32Array[],
  peers: readonly number[] = [...vectors.keys()],
): NonNullable<RunResult['pairwise']> {
  const count = Math.min(vectors.length, MOST_PEERS)
  const shown = Array.from({ length: count }, (_, k) => Math.floor((k * vectors.length) / count))
  return {
    peers: shown.map(i => peers[i]),
    distances: shown.map(i => shown.map(j => distance(vectors[i], vectors[j]))),
  }
}
