import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import type { Aggregator, WeightedVector } from '../aggregator.ts'
import { mean } from './mean.ts'

/**
 * The one vector, this peer's own among the m, that is nearest to its m − F − 2 nearest: the sum of their squared distances
 * is its score, and the lowest score wins (Blanchard, El Mhamdi, Guerraoui and Stainer 2017, "Machine Learning with
 * Adversaries: Byzantine Tolerant Gradient Descent"). Needs m ≥ 2F + 3. Weights do not count.
 *
 * The peer keeps its own where messages are lost and fewer are there: the byzantine peers might choose.
 *
 * @param byzantine F, at least 1: the peers that it resists
 */
export function krum(byzantine: number): Aggregator {
  return choosing('krum', byzantine, () => 1)
}

/**
 * The mean of the m − F − 2 vectors with the lowest scores of {@link krum}: of so many, and no more, it is proven that it
 * resists F byzantine peers (Damaskinos et al. 2019, "AggregaThor: Byzantine Machine Learning via Robust Gradient Aggregation").
 *
 * @param byzantine F, at least 1: the peers that it resists
 */
export function multiKrum(byzantine: number): Aggregator {
  return choosing('multi-krum', byzantine, vectors => vectors - byzantine - 2)
}

function choosing(kind: string, byzantine: number, chosenOf: (vectors: number) => number): Aggregator {
  const name = `${kind}:${byzantine}`
  const needed = 2 * byzantine + 2
  return {
    name,
    misfit(neighbours) {
      if (neighbours >= needed) return undefined
      const nearest = neighbours >= 4 ? `${kind}:${Math.floor((neighbours - 2) / 2)}` : 'median'
      return `${name} needs at least ${needed} neighbours, and a peer has ${neighbours}; the nearest that works is ${nearest}`
    },
    aggregate(own, neighbours, out) {
      const vectors = [own, ...neighbours.map(({ vector }) => vector)]
      for (const vector of [...vectors, out]) requireSameLength(own, vector)
      if (neighbours.length < needed) {
        out.set(own)
        return
      }
      const scores = krumScores(vectors, byzantine)
      const ranked = vectors.map((_, i) => i).sort((a, b) => scores[a] - scores[b])
      const [best, ...others] = ranked.slice(0, chosenOf(vectors.length)).map(i => vectors[i])
      const equal = (vector: Vector): WeightedVector => ({ vector, weight: 1 / (others.length + 1) })
      mean.aggregate(best, others.map(equal), out)
    },
  }
}

/** For each of the m vectors, the sum of its m − F − 2 smallest squared distances to the others. */
function krumScores(vectors: readonly Vector[], byzantine: number): Float64Array {
  const m = vectors.length
  const squared = squaredDistances(vectors)
  return Float64Array.from(vectors, (_, i) => {
    const row = squared.slice(i * m, (i + 1) * m).sort()
    // The smallest is the vector's own distance to itself, which is 0 and does not count.
    return row.subarray(1, m - byzantine - 1).reduce((sum, one) => sum + one, 0)
  })
}

/** Coordinates that are compared at a time: those of a few hundred vectors then stay in the second-level cache. */
const BLOCK = 512

/** `[m, m]`: ‖v_i − v_j‖². */
function squaredDistances(vectors: readonly Vector[]): Float64Array {
  const m = vectors.length
  const squared = new Float64Array(m * m)
  for (let start = 0; start < vectors[0].length; start += BLOCK) {
    for (let i = 0; i < m; i++) {
      for (let j = i + 1; j < m; j++) squared[i * m + j] += squaredDistanceFrom(vectors[i], vectors[j], start)
    }
  }
  for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) squared[i * m + j] = squared[j * m + i]
  return squared
}

function squaredDistanceFrom(a: Vector, b: Vector, start: number): number {
  const end = Math.min(start + BLOCK, a.length)
  let sum = 0
  for (let p = start; p < end; p++) sum += (a[p] - b[p]) * (a[p] - b[p])
  return sum
}
