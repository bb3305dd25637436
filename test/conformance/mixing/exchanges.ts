/** Atomic exchanges, as peers make them, and what they leave of the variance. */

import { exchangeDifference, exchangeWeight } from '../../../src/averaging/exchange.ts'
import { applyMixing, type MixingMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { Topology } from '../../../src/averaging/topology.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { normalVectors, totalVariance } from './matrices.ts'

export type Pair = readonly [number, number]

const PEERS = 1_000

/** Both move by w times their difference. @param weight 1/2 makes both their mean */
export function exchange(vectors: readonly Float64Array[], [i, j]: Pair, weight: number = exchangeWeight()): void {
  const difference = new Float64Array(vectors[i].length)
  exchangeDifference(vectors[i], vectors[j], weight, difference)
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

/** The share of the variance that a cycle of exchanges among 1000 leaves, on average. */
export function cycleFactor(cycle: (peers: number, random: Random) => Pair[], weight?: number): number {
  // Shuffled, or the lowest would always begin.
  return averageFactor(createRandom('cycles').shuffle(slope(PEERS)), 200, (vectors, random) => {
    for (const pair of cycle(PEERS, random)) exchange(vectors, pair, weight)
    return vectors
  })
}

/** The share of the variance that one exchange leaves, on average over all pairs: no chance in it. */
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

/** The share of the variance that mixing leaves, on average. @param matricesOf of a trial, applied in order to the same start */
export function mixingFactor(
  peers: number,
  trials: number,
  matricesOf: (trial: number) => readonly MixingMatrix[],
): number {
  return averageFactor(slope(peers), trials, (vectors, _random, trial) =>
    matricesOf(trial).reduce((now: readonly Float64Array[], W) => applyMixing(W, now), vectors),
  )
}

/**
 * The share of the variance that so many successive rounds of a topology leave. A random topology draws a graph for every
 * round, so no round is looked at twice.
 */
export function roundsFactor(of: Topology, peers: number, trials: number, together = 1): number {
  return mixingFactor(peers, trials, trial =>
    Array.from({ length: together }, (_, k) => mixingMatrix(of, peers, together * trial + k)),
  )
}

/**
 * Every trial starts from the same numbers, which are all different. From starts drawn at random a graph that never changes would leave as much as one
 * that is drawn anew, for then only the size of the weights counts, and from a single peer that is not 0 only its degree.
 */
function averageFactor(
  start: readonly Float64Array[],
  trials: number,
  mix: (vectors: Float64Array[], random: Random, trial: number) => readonly Float64Array[],
): number {
  const random = createRandom(11)
  const copy = () => start.map(x => x.slice())
  let after = 0
  for (let trial = 0; trial < trials; trial++) after += totalVariance(mix(copy(), random, trial))
  return after / (trials * totalVariance(start))
}

function slope(peers: number): Float64Array[] {
  return Array.from({ length: peers }, (_, i) => Float64Array.of(i))
}

/** The share of the variance that a round leaves, on average over all directions to start from and over some rounds: exactly. */
export function isotropicFactor(of: Topology, peers: number, rounds: number): number {
  const unit = (place: number) => Array.from({ length: peers }, (_, i) => Float64Array.of(i === place ? 1 : 0))
  let [before, after] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    const W = mixingMatrix(of, peers, round)
    for (let place = 0; place < peers; place++) {
      before += totalVariance(unit(place))
      after += totalVariance(applyMixing(W, unit(place)))
    }
  }
  return after / before
}
