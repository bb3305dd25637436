/** Atomic exchanges, as peers make them, and what they leave of the variance. */

import { exchangeDifference, exchangeWeight } from '../../../src/averaging/exchange.ts'
import { applyMixing, type MixingMatrix } from '../../../src/averaging/mixing.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { normalVectors, totalVariance } from './matrices.ts'

export type Pair = readonly [number, number]

const PEERS = 1_000

/** Both move by w times their difference. @param weight 1/2 makes both their mean */
export function exchange(vectors: readonly Float64Array[], [i, j]: Pair, weight: number = exchangeWeight(1, 1)): void {
  const difference = exchangeDifference(vectors[i], vectors[j], weight, new Float64Array(vectors[i].length))
  for (let p = 0; p < difference.length; p++) {
    vectors[i][p] += difference[p]
    vectors[j][p] -= difference[p]
  }
}

function anotherThan(peer: number, peers: number, random: Random): number {
  const other = random.integer(peers - 1)
  return other < peer ? other : other + 1
}

/** Ways to choose the n exchanges of a cycle among n. */
export const cycles = {
  sequential: (peers: number, random: Random): Pair[] =>
    Array.from({ length: peers }, (_, i) => [i, anotherThan(i, peers, random)]),
  random: (peers: number, random: Random): Pair[] =>
    Array.from({ length: peers }, () => {
      const i = random.integer(peers)
      return [i, anotherThan(i, peers, random)]
    }),
} as const

/** What a cycle of exchanges among 1000 leaves of the variance, on average. */
export function cycleFactor(cycle: (peers: number, random: Random) => Pair[], weight?: number): number {
  return averageFactor(PEERS, 20, (vectors, random) => {
    for (const pair of cycle(PEERS, random)) exchange(vectors, pair, weight)
    return vectors
  })
}

/** What one exchange leaves of the variance, on average over all pairs: no chance in it. */
export function exchangeFactor(peers: number, weight?: number): number {
  const start = normalVectors(peers, 4, createRandom(5))
  let total = 0
  for (let i = 0; i < peers; i++) {
    for (let j = 0; j < peers; j++) {
      if (i === j) continue
      const vectors = start.map(x => x.slice())
      exchange(vectors, [i, j], weight)
      total += totalVariance(vectors) / totalVariance(start)
    }
  }
  return total / (peers * (peers - 1))
}

/** What rounds of mixing leave of the variance, on average. @param matrixOf of a trial, which draws its own graph */
export function mixingFactor(peers: number, trials: number, matrixOf: (trial: number) => MixingMatrix): number {
  return averageFactor(peers, trials, (vectors, _random, trial) => applyMixing(matrixOf(trial), vectors))
}

/** Eight coordinates see the same exchanges: eight starts for the price of one. */
function averageFactor(
  peers: number,
  trials: number,
  mix: (vectors: Float64Array[], random: Random, trial: number) => readonly Float64Array[],
): number {
  const random = createRandom(11)
  let [before, after] = [0, 0]
  for (let trial = 0; trial < trials; trial++) {
    const vectors = normalVectors(peers, 8, random)
    before += totalVariance(vectors)
    after += totalVariance(mix(vectors, random, trial))
  }
  return after / before
}
