/**
 * Measurements of a swarm at one moment, from every peer's parameters.
 *
 * @packageDocumentation
 */

import { consensusDistance, meanSquaredDistance } from '../src/averaging/consensus.ts'
import { mixingMatrix } from '../src/averaging/mixing.ts'
import { spectralGap } from '../src/averaging/spectrum.ts'
import { adjacencyOf, type Topology } from '../src/averaging/topology.ts'
import { distance, meanOf, norm } from '../src/parameters/vectors.ts'
import type { Evaluation } from '../src/training/trainer.ts'
import { judgementOf } from './judgement.ts'
import type { RoundResult, Spread } from './result.ts'

/** Judges parameters on the test set. @param most labels to judge by, at most */
export type Judge = (parameters: Float32Array, most?: number) => Promise<Evaluation>

/** Peers of which each one's distance is kept: more are not looked at one by one, and a result would be full of them. */
const MOST_PEER_DISTANCES = 64

/** Beyond so many peers the spectrum takes longer than most runs. */
const MAX_PEERS_FOR_SPECTRUM = 1_000

/**
 * @param vectors `[peers][parameters]`
 * @param labels to judge by, at most
 * @param meanDrift how far the mean is from what averaging alone must keep; null where there was training
 */
export async function measureRound(
  moment: Pick<RoundResult, 'round' | 'time' | 'bytesSent' | 'messages'> & { readonly peers: number },
  vectors: readonly Float32Array[],
  meanDrift: number | null,
  judge: Judge | undefined,
  labels?: number,
): Promise<RoundResult> {
  const { round, time, bytesSent, messages, peers } = moment
  const local: Evaluation[] = []
  if (judge !== undefined) for (const vector of vectors) local.push(await judge(vector, labels))
  const merged = judge === undefined ? null : await judge(meanOf(vectors), labels)
  return {
    round,
    time,
    consensusDistance: consensusDistance(vectors),
    meanSquaredDistance: meanSquaredDistance(vectors),
    ...(vectors.length === peers && isFew(peers) ? distancesFromMean(vectors) : {}),
    meanDrift,
    localLoss: merged === null ? null : spreadOf(local.map(({ loss }) => loss)).mean,
    localAccuracy:
      merged === null || Number.isNaN(merged.accuracy) ? null : spreadOf(local.map(({ accuracy }) => accuracy)),
    ...(merged?.r2 === undefined ? {} : { localR2: spreadOf(local.map(({ r2 = Number.NaN }) => r2)) }),
    merged: merged && judgementOf(merged),
    bytesSent,
    messages,
  }
}

/** Whether each one's distance is told of so many peers. */
export const isFew = (peers: number) => peers <= MOST_PEER_DISTANCES

function distancesFromMean(vectors: readonly Float32Array[]): Pick<RoundResult, 'peerDistances'> {
  const mean = meanOf(vectors)
  const distances = vectors.map(vector => distance(vector, mean))
  return peerDistances(distances, norm(mean))
}

/** @param distances `[peers]` from the mean; null of those that are not to be told */
export function peerDistances(
  distances: readonly (number | null)[],
  normOfMean: number,
): Pick<RoundResult, 'peerDistances'> {
  if (!(normOfMean > 0)) return {}
  const relative = (from: number) => Number((from / normOfMean).toPrecision(4))
  // What is about to diverge is infinitely far, which JSON does not know.
  return { peerDistances: distances.map(from => (from === null || !Number.isFinite(from) ? null : relative(from))) }
}

function spreadOf(values: readonly number[]): Spread {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
  }
}

/**
 * The gap of the mixing matrix where it is the same in every round and keeps the mean, else null.
 *
 * @param mixing its weights, where they are not those that the topology has by itself
 */
export function fixedSpectralGap(
  topology: Topology,
  peers: number,
  mixing = () => mixingMatrix(topology, peers, 0),
): number | null {
  if (topology.changes || !topology.balanced || topology.misfit(peers) !== undefined) return null
  if (peers > MAX_PEERS_FOR_SPECTRUM) return null
  // A peer without neighbours has nothing to mix with.
  if (adjacencyOf(topology, peers, 0).every(neighbours => neighbours.length === 0)) return null
  return spectralGap(mixing())
}
