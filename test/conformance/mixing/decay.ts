/** How quickly averaging with one W brings agreement. */

import { applyMixing, type MixingMatrix } from '../../../src/averaging/mixing.ts'
import { createRandom } from '../../../src/random/random.ts'
import { normalVectors, totalVariance } from './matrices.ts'

/** Rounds in which the error is between these belong to the fit: neither the start, where all decays, nor rounding. */
const WINDOW = { from: 1e-2, to: 1e-10 }

/** Enough that nothing is left but what decays most slowly. */
const ROUNDS_TO_SLOWEST = 3_000

/** The slope of log ‖x − x̄‖ over rounds, fitted by least squares, from standard normal numbers. */
export function decaySlope(W: MixingMatrix): number {
  let vectors = normalVectors(W.peers, 1, createRandom(1))
  const points: [round: number, log: number][] = []
  for (let round = 0; ; round++) {
    const error = Math.sqrt(totalVariance(vectors))
    if (error < WINDOW.to) return slopeOf(points)
    if (error <= WINDOW.from) points.push([round, Math.log(error)])
    vectors = applyMixing(W, vectors)
  }
}

/** Rounds until the worst disagreement has shrunk by a million. */
export function roundsToAMillionth(W: MixingMatrix): number {
  let vectors = slowest(W)
  for (let round = 0; ; round++) {
    if (Math.sqrt(totalVariance(vectors)) <= 1e-6) return round
    vectors = applyMixing(W, vectors)
  }
}

/** The disagreement that is left of any other in the end, with length 1. */
function slowest(W: MixingMatrix): Float64Array[] {
  let vectors = normalVectors(W.peers, 1, createRandom(1))
  for (let round = 0; round < ROUNDS_TO_SLOWEST; round++) {
    vectors = applyMixing(W, vectors)
    const mean = vectors.reduce((sum, [x]) => sum + x, 0) / W.peers
    const length = Math.sqrt(totalVariance(vectors))
    for (const vector of vectors) vector[0] = (vector[0] - mean) / length
  }
  return vectors
}

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}
