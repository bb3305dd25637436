/** A6: optimisers of few exchanges, around many steps of training. */

import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { type MixingMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { diloco } from '../../../src/averaging/rules/diloco.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { noloco } from '../../../src/averaging/rules/noloco.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { pairwise } from '../../../src/averaging/topologies/pairwise.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { none } from '../../../src/parameters/codecs/none.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { addScaled, distance, preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check, near } from '../check.ts'
import { consensusError, largestDifference, meanDrift, normalStart } from '../problems/consensus-error.ts'
import { descent, fromOrigin } from '../problems/descent.ts'
import { randomQuadratics } from '../problems/quadratics.ts'

const PEERS = 16
const RATE = 0.3
const problem = randomQuadratics({ peers: PEERS, dimension: 10, heterogeneity: 1, seed: 6 })
const everybody = mixingMatrix(complete, PEERS, 0)

function differenceFromDpsgd(outer: AveragingRule): number {
  const [slow, plain] = [driveRule(outer, fromOrigin(problem)), driveRule(dpsgd(mean), fromOrigin(problem))]
  for (let round = 0; round < 30; round++) {
    for (const swarm of [slow, plain]) swarm.round(everybody, descent(problem, RATE))
  }
  return largestDifference(slow.estimates(), plain.estimates())
}

/** How far three rounds go in which everybody trains to 1 further on. */
function afterThreeEqualSteps(outer: AveragingRule): number {
  const swarm = driveRule(outer, [new Float64Array(1), new Float64Array(1)])
  const pair = mixingMatrix(complete, 2, 0)
  for (let round = 0; round < 3; round++) swarm.round(pair, at => at.map(() => Float64Array.of(1)))
  return swarm.estimates()[0][0]
}

const inPairs = (peers: number) => {
  const topology = pairwise('noloco')
  return (round: number): MixingMatrix => mixingMatrix(topology, peers, round)
}

const NOLOCO = { learningRate: 0.7, mu: 0.5 }

/** How far the mean of the φ leaves the recursion of one peer that has everybody's mean gradient. */
function offTheMeanRecursion(arrives?: (from: number, to: number) => boolean): number {
  const swarm = driveRule(noloco('noloco', none), normalStart(PEERS, 10, 'noloco'))
  let expected = preciseMeanOf(swarm.estimates())
  let delta = expected.map(() => 0)
  let largest = 0
  for (let round = 0; round < 30; round++) {
    const step = preciseMeanOf(descent(problem, RATE)(swarm.estimates()))
    delta = delta.map((value, p) => NOLOCO.mu * value + NOLOCO.learningRate * step[p])
    expected = expected.map((value, p) => value + delta[p])
    swarm.round(inPairs(PEERS)(round), descent(problem, RATE), arrives)
    largest = Math.max(largest, meanDrift([expected], swarm.estimates()))
  }
  return largest
}

const MANY = 64

const withoutMomentum = noloco('noloco', none, NOLOCO.learningRate, 0)

/** φ ← φ + η m(θ − φ): without the term m(φ) − φ. */
const apartNoloco: AveragingRule<ReturnType<typeof withoutMomentum.start>> = {
  ...withoutMomentum,
  send({ theta, phi }, _link, message) {
    message.vectors[0].set(theta.map((value, p) => value - phi[p]))
    return 4 * theta.length
  },
  merge({ theta, phi }, received, selfWeight) {
    const mean = theta.map((value, p) => selfWeight * (value - phi[p]))
    for (const { weight, message } of received) addScaled(mean, weight, message.vectors[0])
    addScaled(phi, NOLOCO.learningRate, mean)
    theta.set(phi)
  },
}

/** The share of the peers' variance that a round leaves without training and momentum, on average over some rounds. */
function varianceFactor(rule: AveragingRule): number {
  const rounds = 20
  const swarm = driveRule(rule, normalStart(MANY, 200, 'contraction'))
  const before = consensusError(swarm.estimates())
  for (let round = 0; round < rounds; round++) swarm.round(inPairs(MANY)(round))
  return (consensusError(swarm.estimates()) / before) ** (1 / rounds)
}

/** The suboptimality that is left of 1 at the end. */
function suboptimalityOverTop(rule: AveragingRule): number {
  const swarm = driveRule(rule, fromOrigin(problem))
  for (let round = 0; round < 600; round++) swarm.round(everybody, descent(problem, 0.03))
  return problem.suboptimality(preciseMeanOf(swarm.estimates()))
}

/** DiLoCo over a codec that forgets what it did not send. */
function forgetfulDiloco(): AveragingRule {
  const rule = diloco('diloco', TOP, 1, 0)
  return {
    ...rule,
    send(state: ReturnType<typeof rule.start>, link, message, random) {
      state.memory.fill(0)
      return rule.send(state, link, message, random)
    },
  }
}

const TOP = parseCodec('topk:0.1')

/** How far the farthest peer is from the mean that a heterogeneous ring has trained to. @param last the last round's weights */
function afterTheLastRound(last: MixingMatrix): number {
  const swarm = driveRule(dpsgd(mean), fromOrigin(problem))
  const around = mixingMatrix(ring, PEERS, 0)
  for (let round = 0; round < 100; round++) swarm.round(around, descent(problem, RATE))
  const trained: Vector = preciseMeanOf(swarm.estimates())
  swarm.round(last)
  return Math.max(...swarm.estimates().map(x => distance(x, trained)))
}

export const outerOptimiserChecks: readonly Check[] = [
  {
    line: 'A6.26',
    property: 'DiLoCo with η = 1 and μ = 0, one step at a time, is D-PSGD on the complete graph',
    ...below(1e-13),
    measure: () => differenceFromDpsgd(diloco('diloco', none, 1, 0)),
    control: { broken: 'η = 0.7, μ = 0.9', measure: () => differenceFromDpsgd(diloco('diloco', none)) },
  },
  {
    line: 'A6.26',
    property: "DiLoCo's outer optimiser is Nesterov's: after three gradients of 1, 0.7 (1.9 + 2.71 + 3.439)",
    ...near(5.6343, 1e-12),
    measure: () => afterThreeEqualSteps(diloco('diloco', none, 0.7, 0.9)),
    control: {
      broken: 'heavy-ball momentum, without looking ahead',
      measure: () => afterThreeEqualSteps(noloco('noloco', none, 0.7, 0.9)),
    },
  },
  {
    line: 'A6.26',
    property: 'DiLoCo that sends one number of ten with error feedback still finds the optimum',
    ...below(1e-3),
    measure: () => suboptimalityOverTop(diloco('diloco', TOP, 1, 0)),
    control: { broken: 'what was not sent is forgotten', measure: () => suboptimalityOverTop(forgetfulDiloco()) },
  },
  {
    line: 'A6.27',
    property: "NoLoCo's mean moves as one peer would by everybody's mean gradient, with momentum",
    ...below(1e-13),
    measure: () => offTheMeanRecursion(),
    control: {
      broken: 'of a pair only one merges',
      measure: () => offTheMeanRecursion((from, to) => from < to),
    },
  },
  {
    line: 'A6.27',
    property: 'NoLoCo in pairs leaves 1 − (1 − (1 − η)²) n / (2 (n − 1)) of the variance in a round, on average',
    ...near(1 - ((1 - (1 - NOLOCO.learningRate) ** 2) * MANY) / (2 * (MANY - 1)), 0.01),
    measure: () => varianceFactor(withoutMomentum),
    control: {
      broken: 'gradients are averaged, and what training started from is not',
      measure: () => varianceFactor(apartNoloco),
    },
  },
  {
    line: 'A6.29',
    property: 'one last round among all takes everybody to the mean that a ring has trained to',
    ...below(1e-13),
    measure: () => afterTheLastRound(everybody),
    control: {
      broken: 'the last round is one more on the ring',
      measure: () => afterTheLastRound(mixingMatrix(ring, PEERS, 0)),
    },
  },
]
