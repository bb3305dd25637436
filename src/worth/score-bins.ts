/**
 * Curves of a classifier of two classes, from counts of its scores in bins.
 *
 * @packageDocumentation
 */

import { MOST_LOG_ODDS, SCORE_BINS, SCORE_STRETCH } from './constants.ts'

const MOST = Math.asinh(SCORE_STRETCH * MOST_LOG_ODDS)

/**
 * Where a score is counted in `ClassCounts.scores`.
 *
 * @param label 0 or 1
 * @param logOdds of class 1: the difference of the two logits
 */
export function scoreBin(label: number, logOdds: number): number {
  const share = (Math.asinh(SCORE_STRETCH * logOdds) / MOST + 1) / 2
  const bin = Math.floor(share * SCORE_BINS)
  return label * SCORE_BINS + Math.max(0, Math.min(SCORE_BINS - 1, bin))
}

/**
 * The area under the receiver operating characteristic: how often a sample of class 1 has a higher score than one of class 0, two of one
 * bin counting half.
 *
 * @param scores `[2, SCORE_BINS]`
 * @returns undefined where one of the classes has no sample
 */
export function areaUnderCurve(scores: Float64Array): number | undefined {
  const [negatives, positives] = classesOf(scores)
  const pairs = sumOf(negatives) * sumOf(positives)
  if (pairs === 0) return undefined
  let below = 0
  let won = 0
  for (const [bin, others] of negatives.entries()) {
    won += positives[bin] * (below + others / 2)
    below += others
  }
  return won / pairs
}

/**
 * Σ (R_n − R_(n−1)) P_n over the bins as thresholds, from the highest: precision, averaged over the recall that each threshold adds.
 *
 * @param scores `[2, SCORE_BINS]`
 * @returns undefined where class 1 has no sample
 */
export function averagePrecision(scores: Float64Array): number | undefined {
  const [negatives, positives] = classesOf(scores)
  const all = sumOf(positives)
  if (all === 0) return undefined
  let [found, taken, sum] = [0, 0, 0]
  for (let bin = SCORE_BINS - 1; bin >= 0; bin--) {
    found += positives[bin]
    taken += positives[bin] + negatives[bin]
    if (positives[bin] > 0) sum += (positives[bin] * found) / taken
  }
  return sum / all
}

/** The scores as class 0 sees them: the classes change places, and the log-odds their sign. */
export function mirrored(scores: Float64Array): Float64Array {
  return scores.toReversed()
}

function classesOf(scores: Float64Array): readonly [Float64Array, Float64Array] {
  return [scores.subarray(0, SCORE_BINS), scores.subarray(SCORE_BINS)]
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
