import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { createMixing, type MixingMatrix, metropolisMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { d2 } from '../../../src/averaging/rules/d2.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { extra } from '../../../src/averaging/rules/extra.ts'
import { fedavg } from '../../../src/averaging/rules/fedavg.ts'
import { gradientTracking } from '../../../src/averaging/rules/gradient-tracking.ts'
import { scaffold } from '../../../src/averaging/rules/scaffold.ts'
import { smallestEigenvalue } from '../../../src/averaging/spectrum.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { exponential } from '../../../src/averaging/topologies/exponential.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { adjacencyOf } from '../../../src/averaging/topology.ts'
import { distance, norm, preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { type DrivenRule, driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check, near } from '../check.ts'
import { descend, descent, fromOrigin } from '../problems/descent.ts'
import { type Arrives, atomicLoss, oneWayLoss } from '../problems/loss.ts'
import { normalVector, randomQuadratics } from '../problems/quadratics.ts'

const PEERS = 16
const plain = dpsgd(mean)
const problem = randomQuadratics({ peers: PEERS, dimension: 6, heterogeneity: 10, seed: 4 })

/** A ring in which everybody gives each neighbour this weight. */
const ringOf = (weight: number) => createMixing(adjacencyOf(ring, PEERS, 0), () => weight)
const metropolis = metropolisMatrix(adjacencyOf(ring, PEERS, 0))
/** The ring of the experiments of Vogels et al. 2021: weights a little less than 1/3, with which λ_min would be −1/3. */
const lazyRing = ringOf(1 / 3 - 0.01)

/** Largest ‖x_i − optimum‖ after many rounds with a constant step size. */
function besideOptimum(rule: AveragingRule, W: MixingMatrix, rate: number, rounds = 1_500): number {
  return farthest(descend(rule, problem, W, { rate, rounds }))
}

function farthest(swarm: DrivenRule): number {
  return Math.max(...swarm.estimates().map(x => distance(x, problem.optimum)))
}

/** How far log ‖x_i − optimum‖ falls in the last third of 600 rounds, over how far in the second: 1 where it falls linearly. */
function linearity(rule: AveragingRule, rateOf: (round: number) => number): number {
  const swarm = driveRule(rule, fromOrigin(problem))
  const logarithms: number[] = []
  for (let round = 1; round <= 600; round++) {
    swarm.round(metropolis, descent(problem, rateOf(round)))
    if (round % 200 === 0) logarithms.push(Math.log(farthest(swarm)))
  }
  return (logarithms[2] - logarithms[1]) / (logarithms[1] - logarithms[0])
}

/**
 * ‖X‖ after many rounds of EXTRA where every f_i is ½ L ‖x‖² with L = 1, over the start, in the direction that W turns around
 * most, λ_min(W).
 *
 * @param share of the largest η, (5 + 3 λ_min(W)) / (4 L)
 */
function growthOfExtra(share: number): number {
  const rate = (share * (5 + 3 * smallestEigenvalue(metropolis))) / 4
  const start = alternating(1)
  const swarm = driveRule(extra, start)
  for (let round = 0; round < 1_000; round++) {
    swarm.round(metropolis, at => at.map(x => Float64Array.from(x, value => -rate * value)))
  }
  return size(swarm) / Math.sqrt(PEERS)
}

/** ±1 from peer to peer: the direction of λ_min on an even ring. */
function alternating(dimension: number): Float64Array[] {
  return Array.from({ length: PEERS }, (_, i) => new Float64Array(dimension).fill(i % 2 === 0 ? 1 : -1))
}

function size(swarm: DrivenRule): number {
  return Math.hypot(...swarm.estimates().map(norm))
}

/** How much is left after 200 rounds of what was there after 100, where D² only averages. */
function leftOfSwing(weight: number): number {
  const swarm = driveRule(d2, alternating(1))
  const W = ringOf(weight)
  const sizes = [100, 100].map(rounds => {
    for (let round = 0; round < rounds; round++) swarm.round(W, at => at.map(x => new Float64Array(x.length)))
    return size(swarm)
  })
  return sizes[1] / sizes[0]
}

/** Largest ‖mean(y) − mean(u)‖ over the rounds. */
function trackingError(W: MixingMatrix, arrives?: () => Arrives): number {
  const swarm = driveRule(gradientTracking, fromOrigin(problem))
  let error = 0
  for (let round = 0; round < 200; round++) {
    let updates: readonly Vector[] = []
    swarm.round(
      W,
      at => {
        updates = descent(problem, 0.02)(at)
        return updates
      },
      arrives?.(),
    )
    // Mixing moves no mean, so it may be looked at after it.
    const tracked = (swarm.states as readonly { readonly y: Vector }[]).map(({ y }) => y)
    error = Math.max(error, distance(preciseMeanOf(tracked), preciseMeanOf(updates)))
  }
  return error
}

/** 32 peers on a ring of which some messages are lost, quadratics with ζ² = 0.1; suboptimality of the mean in the end. */
const lossy = randomQuadratics({ peers: 32, dimension: 10, heterogeneity: 0.1, seed: 10 })
const lossyRing = createMixing(adjacencyOf(ring, 32, 0), () => 1 / 3 - 0.01)

function suboptimalityUnderLoss(rule: AveragingRule, rate: number, loss: typeof atomicLoss): number {
  const random = createRandom('lossy')
  const swarm = descend(rule, lossy, lossyRing, { rate, rounds: 2_000, arrives: () => loss(0.1, random) })
  return lossy.suboptimality(preciseMeanOf(swarm.estimates()))
}

const LOCAL_STEPS = 10

/** Rounds of several local steps each, all peers with everybody. */
function localSteps(rule: AveragingRule, rounds: number, afterRound?: (swarm: DrivenRule) => void): DrivenRule {
  const swarm = driveRule(rule, fromOrigin(problem))
  const W = mixingMatrix(complete, PEERS, 0)
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < LOCAL_STEPS; step++) {
      descent(
        problem,
        0.05,
      )(swarm.estimates()).forEach((update, i) => {
        rule.train(swarm.states[i], update)
      })
    }
    swarm.round(W)
    afterRound?.(swarm)
  }
  return swarm
}

interface Controls {
  readonly own: Vector
  readonly everyones: Vector
}

/** The largest ‖Σ (c_i − c)‖ after any of some rounds. */
function controlVariates(rule: AveragingRule): number {
  let largest = 0
  localSteps(rule, 30, swarm => {
    const states = swarm.states as readonly Controls[]
    const mean = preciseMeanOf(states.map(({ own }) => own))
    largest = Math.max(largest, ...states.map(({ everyones }) => PEERS * distance(mean, everyones)))
  })
  return largest
}

/** Loses one of all messages: the change of one peer's control variate does not arrive in the fifth round. */
function scaffoldThatLosesOne(): AveragingRule {
  let said = 0
  return {
    ...scaffold,
    send(state: ReturnType<typeof scaffold.start>, link, message, random) {
      const bytes = scaffold.send(state, link, message, random)
      if (++said === 5 * PEERS) message.vectors[1].fill(0)
      return bytes
    },
  }
}

/** How far FedAvg's first round is from Σ n_i x_i / Σ n_i. */
function besideWeightedMean(weightOf: (peer: number) => number): number {
  const random = createRandom('fedavg')
  const start = Array.from({ length: PEERS }, () => normalVector(4, random))
  const swarm = driveRule(fedavg, start, { samples: peer => 10 + peer ** 2 })
  swarm.round(mixingMatrix(complete, PEERS, 0))
  const total = start.reduce((sum, _, i) => sum + weightOf(i), 0)
  const expected = start[0].map((_, p) => start.reduce((sum, x, i) => sum + (weightOf(i) * x[p]) / total, 0))
  return Math.max(...swarm.estimates().map(x => distance(x, expected)))
}

const uncorrected = (W: MixingMatrix, rate: number) => ({
  broken: 'nothing corrects for the heterogeneity: D-PSGD',
  measure: () => besideOptimum(plain, W, rate),
})

export const heterogeneityChecks: readonly Check[] = [
  {
    line: 'A3.15',
    property: 'EXTRA brings everybody to the exact optimum with a constant step size',
    ...below(1e-10),
    measure: () => besideOptimum(extra, metropolis, 0.3),
    control: uncorrected(metropolis, 0.3),
  },
  {
    line: 'A3.15',
    property: 'EXTRA gets there linearly: how far the logarithm of the error falls in 200 rounds, over the 200 before',
    ...near(1, 0.05),
    measure: () => linearity(extra, () => 0.1),
    control: {
      broken: 'D-PSGD with a step size of 1/t, which gets there too',
      measure: () => linearity(plain, round => 1 / round),
    },
  },
  {
    line: 'A3.15',
    property: 'EXTRA is stable for step sizes up to (5 + 3 λ_min) / (4 L): what is left at 99 % of it',
    ...below(1e-2),
    measure: () => growthOfExtra(0.99),
    control: { broken: '101 % of it', measure: () => growthOfExtra(1.01) },
  },
  {
    line: 'A3.16',
    property: 'D² brings everybody to the exact optimum with a constant step size',
    ...below(1e-10),
    measure: () => besideOptimum(d2, lazyRing, 0.3),
    control: uncorrected(lazyRing, 0.3),
  },
  {
    line: 'A3.16',
    property: 'D² needs λ_min(W) > −1/3: weights of 1/3 − 0.01 on an even ring will do',
    ...below(1e-10),
    measure: () => besideOptimum(d2, lazyRing, 0.1),
    control: { broken: 'weights of 0.45', measure: () => besideOptimum(d2, ringOf(0.45), 0.1, 100) },
  },
  {
    line: 'B.j',
    property: 'an even ring with weights a little below 1/3 lets D² forget a swing: what 100 rounds leave of it',
    ...below(0.5),
    measure: () => leftOfSwing(1 / 3 - 0.01),
    control: { broken: 'weights of 1/3, λ_min = −1/3: it swings for ever', measure: () => leftOfSwing(1 / 3) },
  },
  {
    line: 'A3.17',
    property: 'gradient tracking: mean(y) is mean(u) in every round',
    ...below(1e-13),
    measure: () => trackingError(metropolis),
    control: {
      broken: 'messages that are lost one way',
      measure: () => {
        const random = createRandom('one way')
        return trackingError(metropolis, () => oneWayLoss(0.1, random))
      },
    },
  },
  {
    line: 'A3.17',
    property: 'gradient tracking brings everybody to the exact optimum with a constant step size',
    ...below(1e-10),
    measure: () => besideOptimum(gradientTracking, metropolis, 0.05, 3_000),
    control: uncorrected(metropolis, 0.05),
  },
  {
    line: 'A3.17',
    property: 'gradient tracking does so with a directed W whose rows and columns sum to 1',
    ...below(1e-10),
    measure: () => besideOptimum(gradientTracking, mixingMatrix(exponential, PEERS, 0), 0.1),
    control: uncorrected(mixingMatrix(exponential, PEERS, 0), 0.1),
  },
  ...([['D²', d2, 0.2] as const, ['gradient tracking', gradientTracking, 0.04] as const] as const).map(
    ([name, rule, rate]): Check => ({
      line: 'A2.11',
      property: `${name} reaches the optimum though 10 % of exchanges are lost, as wholes`,
      ...below(1e-8),
      measure: () => suboptimalityUnderLoss(rule, rate, atomicLoss),
      control: { broken: 'one-way loss', measure: () => suboptimalityUnderLoss(rule, rate, oneWayLoss) },
    }),
  ),
  {
    line: 'A3.18',
    property: 'SCAFFOLD: Σ (c_i − c) = 0 in every round',
    ...below(1e-11),
    measure: () => controlVariates(scaffold),
    control: {
      broken: 'what one peer says is lost in one round',
      measure: () => controlVariates(scaffoldThatLosesOne()),
    },
  },
  {
    line: 'A3.18',
    property: `SCAFFOLD reaches the exact optimum in rounds of ${LOCAL_STEPS} local steps`,
    ...below(1e-10),
    measure: () => farthest(localSteps(scaffold, 100)),
    control: { broken: 'nothing corrects for the drift: FedAvg', measure: () => farthest(localSteps(fedavg, 100)) },
  },
  {
    line: 'A3.18',
    property: 'FedAvg weighs peers by their samples',
    ...below(1e-12),
    measure: () => besideWeightedMean(peer => 10 + peer ** 2),
    control: { broken: 'the plain mean', measure: () => besideWeightedMean(() => 1) },
  },
]
