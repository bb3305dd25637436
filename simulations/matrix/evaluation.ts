import { norm } from '../../src/parameters/vectors.ts'
import { type Judgement, judgementOf } from '../judgement.ts'
import { isFew, peerDistances } from '../measure.ts'
import type { RoundResult, Spread } from '../result.ts'
import type { Learner } from '../tasks/learner.ts'
import type { Block } from './block.ts'
import { createMeanOver } from './mean-over.ts'

/** The facts of a round beside the parameters. */
export interface Moment {
  readonly round: number
  /** Virtual seconds since the start. */
  readonly time: number
  /** Labels to judge by, at most. */
  readonly labels: number | undefined
}

interface Evaluator {
  readonly block: Block
  readonly learner: Learner
  /** Coordinates of which this thread takes the mean. */
  readonly range: readonly [from: number, to: number]
  /** Whether nothing moves the parameters but averaging, so that their mean has to stay. */
  readonly averagesOnly: boolean
  /** The peers over which everything is measured, ascending: all that are not byzantine. */
  readonly honest: readonly number[]
}

/**
 * Looks at the swarm, all threads together: each at its own peers, and for x̄ at its own coordinates. Sums over peers are taken
 * in the order of peers, so that it does not matter which thread has which.
 *
 * @returns the same in every thread
 */
export function createEvaluator({ block, learner, range, averagesOnly, honest }: Evaluator) {
  const { heap, kernels, tables, barrier, first, last, parameters } = block
  const { judge } = learner
  const own = honest.filter(block.owns)
  const isHonest = new Set(honest)
  const meanOver = createMeanOver(kernels, heap)
  let expected: Float64Array | undefined

  function put(peer: number, { loss, accuracy, r2, rmse, mae }: Judgement): void {
    tables.loss[peer] = loss
    tables.accuracy[peer] = accuracy ?? Number.NaN
    tables.r2[peer] = r2 ?? Number.NaN
    tables.rmse[peer] = rmse ?? Number.NaN
    tables.mae[peer] = mae ?? Number.NaN
  }

  return async ({ round, time, labels }: Moment): Promise<RoundResult> => {
    for (let peer = first; peer < last; peer++) tables.estimates[peer] = block.estimate(peer).byteOffset
    barrier.wait()
    meanOver(honest.length, k => tables.estimates[honest[k]], range, tables.mean)
    barrier.wait()
    for (const peer of own) {
      const x = block.estimate(peer)
      tables.squaredDistance[peer] = kernels.squaredDistance(x.byteOffset, tables.mean.byteOffset, parameters)
      if (judge !== undefined) put(peer, await judge(x, labels))
    }
    // By one thread for all: its peers are as many as anybody's, and one more.
    const merged =
      judge === undefined || first !== 0 ? undefined : judgementOf(await judge(Float32Array.from(tables.mean), labels))
    barrier.wait()
    // Nobody goes on to the next mean before everybody has read this one.
    if (averagesOnly) expected ??= tables.mean.slice()
    const meanSquaredDistance = meanOf(honest, tables.squaredDistance)
    const spread = Math.sqrt(meanSquaredDistance)
    const result = {
      round,
      time,
      consensusDistance: spread === 0 ? 0 : spread / norm(tables.mean),
      meanSquaredDistance,
      ...(isFew(tables.squaredDistance.length)
        ? peerDistances(distancesOf(tables.squaredDistance, isHonest), norm(tables.mean))
        : {}),
      meanDrift: expected === undefined ? null : driftFrom(expected, tables.mean),
      localLoss: judge === undefined ? null : meanOf(honest, tables.loss),
      localAccuracy: merged?.accuracy == null ? null : spreadOf(honest, tables.accuracy),
      ...(merged?.r2 === undefined ? {} : { localR2: spreadOf(honest, tables.r2) }),
      merged: merged ?? null,
      bytesSent: sumOf(tables.bytesOut),
      messages: sumOf(tables.messagesOut),
    }
    barrier.wait()
    return result
  }
}

function distancesOf(squared: Float64Array, isHonest: ReadonlySet<number>): (number | null)[] {
  return Array.from(squared, (value, peer) => (isHonest.has(peer) ? Math.sqrt(value) : null))
}

/** ‖x̄ − x̄_expected‖ / ‖x̄_expected‖ */
function driftFrom(expected: Float64Array, mean: Float64Array): number {
  let sum = 0
  for (let p = 0; p < mean.length; p++) sum += (mean[p] - expected[p]) ** 2
  return sum === 0 ? 0 : Math.sqrt(sum) / norm(expected)
}

function sumOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

function meanOf(peers: readonly number[], values: Float64Array): number {
  let sum = 0
  for (const peer of peers) sum += values[peer]
  return sum / peers.length
}

function spreadOf(peers: readonly number[], values: Float64Array): Spread {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const peer of peers) {
    min = Math.min(min, values[peer])
    max = Math.max(max, values[peer])
  }
  return { mean: meanOf(peers, values), min, max }
}
