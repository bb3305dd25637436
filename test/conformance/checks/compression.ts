/** A5: compressed averaging, error feedback, and averaging of few coordinates. */

import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { compressWithFeedback } from '../../../src/averaging/error-feedback.ts'
import { mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { choco } from '../../../src/averaging/rules/choco.ts'
import { compressedDpsgd, dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { sparta } from '../../../src/averaging/rules/sparta.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { addScaled } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check, near } from '../check.ts'
import { consensusError, largestDifference, meanDrift, normalStart } from '../problems/consensus-error.ts'
import { forgetfulAveraging } from '../problems/naive-compression.ts'

const PEERS = 25
const W = mixingMatrix(ring, PEERS, 0)

/** Keeps the largest of 200 numbers alone. */
const TOP_1 = parseCodec('topk:0.005')
const TOP_10_PERCENT = parseCodec('topk:0.1')
const TOP_1_PERCENT = parseCodec('topk:0.01')

/** Largest change of the mean in any round. */
function largestDrift(rule: AveragingRule, rounds: number): number {
  const swarm = driveRule(rule, normalStart(PEERS, 200, 'drift'))
  let largest = 0
  for (let round = 0; round < rounds; round++) {
    const before = swarm.estimates().map(x => x.slice())
    swarm.round(W)
    largest = Math.max(largest, meanDrift(before, swarm.estimates()))
  }
  return largest
}

/** The consensus error after so many rounds each. */
function errorsAt(rule: AveragingRule, dimension: number, moments: readonly number[]): number[] {
  const swarm = driveRule(rule, normalStart(PEERS, dimension, 'compression'))
  let round = 0
  return moments.map(moment => {
    for (; round < moment; round++) swarm.round(W)
    return consensusError(swarm.estimates())
  })
}

/** How much the logarithm of the error falls in the second half of 500 rounds, after the first 100, over the first half. */
function steadiness(rule: AveragingRule): number {
  const [start, middle, end] = errorsAt(rule, 200, [100, 350, 600]).map(Math.log)
  return (end - middle) / (middle - start)
}

/** With d = 2000 and γ = 0.046, recomputed independently. The reproduction of C5 goes on to 1000 rounds. */
const C5 = { rounds: 100, error: 438 }

/** Relative. */
function deviationFromC5(rule: AveragingRule): number {
  return Math.abs(errorsAt(rule, 2_000, [C5.rounds])[0] / C5.error - 1)
}

const CODECS_THAT_ROUND = ['fp16', 'int8', 'topk:0.1', 'randk:0.1']

/** Largest |sent + memory − input| over some rounds in float32. @param forget what goes wrong with the memory */
function feedbackError(forget = (_memory: Float32Array): void => undefined): number {
  let largest = 0
  for (const name of CODECS_THAT_ROUND) {
    const random = createRandom(name)
    const [memory, sent] = [new Float32Array(1_000), new Float32Array(1_000)]
    for (let round = 0; round < 20; round++) {
      addScaled(
        memory,
        1,
        Float32Array.from(memory, () => random.normal()),
      )
      const input = memory.slice()
      compressWithFeedback(parseCodec(name), memory, random, sent)
      forget(memory)
      addScaled(sent, 1, memory)
      largest = Math.max(largest, largestDifference([sent], [input]))
    }
  }
  return largest
}

const TOUCHING = { fraction: 0.005, rounds: 200, dimension: 20_000 }

/** The share of coordinates that have changed. */
function touched(rule: AveragingRule): number {
  const start = normalStart(2, TOUCHING.dimension, 'sparta')
  const swarm = driveRule(rule, start)
  const pair = mixingMatrix(complete, 2, 0)
  for (let round = 0; round < TOUCHING.rounds; round++) swarm.round(pair)
  const [now] = swarm.estimates()
  let changed = 0
  for (let p = 0; p < now.length; p++) if (now[p] !== start[0][p]) changed++
  return changed / TOUCHING.dimension
}

/** SPARTA that draws the same coordinates in every round. */
function stuckSparta(): AveragingRule {
  const rule = sparta('sparta', TOUCHING.fraction)
  return {
    ...rule,
    merge(state: ReturnType<typeof rule.start>, received, selfWeight) {
      state.round = 0
      rule.merge(state, received, selfWeight)
    },
  }
}

function differenceFromAveraging(fraction: number): number {
  const start = normalStart(8, 100, 'full')
  const [few, all] = [driveRule(sparta('sparta', fraction), start), driveRule(dpsgd(mean), start)]
  const everybody = mixingMatrix(complete, 8, 0)
  for (const swarm of [few, all]) swarm.round(everybody)
  return largestDifference(few.estimates(), all.estimates())
}

export const compressionChecks: readonly Check[] = [
  {
    line: 'A5.24',
    property: 'CHOCO keeps the mean in every round, though each peer sends one number of 200',
    ...below(1e-14),
    measure: () => largestDrift(choco('choco', TOP_1, 0.02), 200),
    control: {
      broken: 'what was not sent is forgotten: x ← W Q(x)',
      measure: () => largestDrift(forgetfulAveraging(TOP_1), 200),
    },
  },
  {
    line: 'A5.24',
    property: 'CHOCO converges linearly: its logarithm falls as fast later as before',
    ...near(1, 0.15),
    measure: () => steadiness(choco('choco', TOP_10_PERCENT, 0.3)),
    control: {
      broken: 'whole parameters are compressed, and only the own error is kept: it comes to a halt',
      measure: () => steadiness(compressedDpsgd(mean, TOP_10_PERCENT)),
    },
  },
  {
    line: 'A5.24',
    property:
      'CHOCO with the largest 1 % on a ring of 25 follows C5: how far the error after 100 rounds is from 438, as a share',
    ...below(0.05),
    measure: () => deviationFromC5(choco('choco', TOP_1_PERCENT, 0.046)),
    control: {
      broken: 'whole parameters are compressed, and only the own error is kept',
      measure: () => deviationFromC5(compressedDpsgd(mean, TOP_1_PERCENT)),
    },
  },
  {
    line: 'A5.24',
    property: 'D-PSGD over int8 keeps the mean in every round',
    ...below(1e-14),
    measure: () => largestDrift(dpsgd(mean, parseCodec('int8')), 50),
    control: {
      broken: 'a peer averages with what it rounded, and forgets the rest',
      measure: () => largestDrift(forgetfulAveraging(parseCodec('int8')), 50),
    },
  },
  {
    line: 'A5.25',
    property: 'error feedback: sent + memory is the input to the last bit of float32',
    expected: '0',
    holds: measured => measured === 0,
    measure: () => feedbackError(),
    control: { broken: 'the memory is emptied', measure: () => feedbackError(memory => void memory.fill(0)) },
  },
  {
    line: 'A5.25',
    property: 'SPARTA has touched 1 − (1 − p)ᵀ of the coordinates after T rounds',
    ...near(1 - (1 - TOUCHING.fraction) ** TOUCHING.rounds, 0.01),
    measure: () => touched(sparta('sparta', TOUCHING.fraction)),
    control: { broken: 'the same coordinates are drawn in every round', measure: () => touched(stuckSparta()) },
  },
  {
    line: 'A5.25',
    property: 'SPARTA with p = 1 is averaging',
    ...below(1e-14),
    measure: () => differenceFromAveraging(1),
    control: { broken: 'p = 0.9', measure: () => differenceFromAveraging(0.9) },
  },
]
