import type { MixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { normalVector } from './quadratics.ts'

/**
 * Distributed mean estimation (Vogels et al. 2021, figure 9): in every round t each peer draws a number from N(1, 1), steps
 * towards it by 1/(t + 1) and averages with its neighbours. Alone a peer would have the mean of its own T samples, with an
 * error of 1/T; all together n T samples.
 *
 * @param repetitions independent ones, as the coordinates of one vector
 * @returns the mean squared error times n T: 1 where everybody has everybody's samples, n where nobody shares
 */
export function meanEstimationError(
  rule: AveragingRule,
  mixing: (round: number) => MixingMatrix,
  { peers, steps, repetitions, seed }: { peers: number; steps: number; repetitions: number; seed: number | string },
): number {
  const random = createRandom(seed)
  const start = Array.from({ length: peers }, () => new Float64Array(repetitions))
  const swarm = driveRule(rule, start)
  for (let t = 0; t < steps; t++) {
    swarm.round(mixing(t), estimates =>
      estimates.map(x => normalVector(repetitions, random).map((sample, p) => (sample + TARGET - x[p]) / (t + 1))),
    )
  }
  const squared = swarm.estimates().flatMap(x => Array.from(x, value => (value - TARGET) ** 2))
  return (squared.reduce((sum, value) => sum + value, 0) / squared.length) * peers * steps
}

const TARGET = 1

/**
 * The expected value of {@link meanEstimationError} where the mixing matrices are circulant: in the direction of their
 * common eigenvector k the variance of a step is v ← |λ_k|² (v t² + 1) / (t + 1)².
 *
 * @param power |λ_k|² of a round's matrix
 */
export function expectedMeanEstimationError(
  power: (mode: number, round: number) => number,
  { peers, steps }: { peers: number; steps: number },
): number {
  let sum = 0
  for (let mode = 0; mode < peers; mode++) {
    let v = 0
    for (let t = 0; t < steps; t++) v = (power(mode, t) * (v * t ** 2 + 1)) / (t + 1) ** 2
    sum += v
  }
  return sum * steps
}

/** |λ_k|² of a ring with weights 1/3. */
export const ringPower =
  (peers: number) =>
  (mode: number): number =>
    ((1 + 2 * Math.cos((2 * Math.PI * mode) / peers)) / 3) ** 2

/** |λ_k|² of one-peer-exponential: |(1 + ω^{k s})/2|² with s = 2^(round mod log₂ n). */
export const onePeerPower =
  (peers: number) =>
  (mode: number, round: number): number =>
    Math.cos((Math.PI * mode * 2 ** (round % Math.log2(peers))) / peers) ** 2
