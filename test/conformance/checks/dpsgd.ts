import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { meanSquaredDistance } from '../../../src/averaging/consensus.ts'
import { exchangeWeight } from '../../../src/averaging/exchange.ts'
import { type MixingMatrix, mixingMatrix, rowStochasticMatrix } from '../../../src/averaging/mixing.ts'
import { type AveragingRule, createMessage } from '../../../src/averaging/rule.ts'
import { adpsgd } from '../../../src/averaging/rules/adpsgd.ts'
import { allreduce } from '../../../src/averaging/rules/allreduce.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { none } from '../../../src/averaging/rules/none.ts'
import { mixingNorm } from '../../../src/averaging/spectrum.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { addScaled, distance, preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check, near } from '../check.ts'
import { descend, descent, fromOrigin } from '../problems/descent.ts'
import { expectedMeanEstimationError, meanEstimationError, ringPower } from '../problems/mean-estimation.ts'
import { randomQuadratics } from '../problems/quadratics.ts'
import { unbalancedDigraph } from '../problems/unbalanced-digraph.ts'

const PEERS = 16
const plain = dpsgd(mean)
const onRing = mixingMatrix(ring, PEERS, 0)
const onComplete = mixingMatrix(complete, PEERS, 0)
const problem = randomQuadratics({ peers: PEERS, dimension: 6, heterogeneity: 1, seed: 3 })

/** How far the mean is from x̄ − η Σ_t mean(g). */
function meanBesideUpdates(W: MixingMatrix): number {
  const swarm = driveRule(plain, fromOrigin(problem))
  const expected = preciseMeanOf(swarm.estimates())
  for (let round = 0; round < 50; round++) {
    swarm.round(W, estimates => {
      const updates = descent(problem, 0.1)(estimates)
      addScaled(expected, 1, preciseMeanOf(updates))
      return updates
    })
  }
  return distance(preciseMeanOf(swarm.estimates()), expected)
}

/** How far peers are from one machine that steps along the mean of all gradients. */
function besideOneMachine(rule: AveragingRule, W: MixingMatrix): number {
  const swarm = descend(rule, problem, W, { rate: 0.1, rounds: 50 })
  const x = new Float64Array(problem.dimension)
  for (let step = 0; step < 50; step++)
    addScaled(x, -0.1, preciseMeanOf(problem.gradients(fromOrigin(problem).fill(x))))
  return Math.max(...swarm.estimates().map(estimate => distance(estimate, x)))
}

const RATE = 0.05

/**
 * Ξ in the end, over what theory says, where peer i descends on ½ (x − b_i)² and b is the ring's slowest direction.
 *
 * @param order adapt, then combine: x ← W (x − η g); or the other way round, x ← W x − η g
 */
function heterogeneityFloor(rule: AveragingRule, order: 'adapt first' | 'combine first', theory: number): number {
  const wanted = Array.from({ length: PEERS }, (_, i) => Math.SQRT2 * Math.cos((2 * Math.PI * i) / PEERS))
  const updates = (at: readonly Vector[]) => at.map(([x], i) => Float64Array.of(-RATE * (x - wanted[i])))
  const swarm = driveRule(
    rule,
    wanted.map(() => new Float64Array(1)),
  )
  for (let round = 0; round < 500; round++) {
    if (order === 'adapt first') swarm.round(onRing, updates)
    else {
      // The same rule, trained after merging with gradients from before: what lets communication and computation overlap.
      const added = updates(swarm.estimates())
      swarm.round(onRing)
      added.forEach((update, i) => {
        rule.train(swarm.states[i] as Vector, update)
      })
    }
  }
  return meanSquaredDistance(swarm.estimates()) / theory
}

// b has ζ² = 1 and W b = β b, so the fixed points can be written down.
const beta = mixingNorm(onRing)
const adaptFirstFloor = ((RATE * beta) / (1 - (1 - RATE) * beta)) ** 2
const combineFirstFloor = (RATE / (1 - beta + RATE)) ** 2

const MANY = { peers: 64, steps: 400, repetitions: 120, seed: 'ring' }
const MEAN_ESTIMATION = { peers: PEERS, steps: 400, repetitions: 250, seed: 'speed-up' }

function estimationAmongMany(rule: AveragingRule): number {
  const W = mixingMatrix(ring, MANY.peers, 0)
  return meanEstimationError(rule, () => W, MANY)
}

/** A swarm in which peers finish their gradients one at a time, each on the parameters that it read when it began. */
function asynchronous({ exchanges, rereads = false }: { exchanges: 'both sides' | 'one side'; rereads?: boolean }) {
  const random = createRandom('asynchronous')
  const host = { peers: PEERS, samples: 1, allocate: (length: number) => new Float64Array(length) }
  const states = fromOrigin(problem).map(start => adpsgd.start(start, host))
  const copy = (peer: number) => Float64Array.from(adpsgd.estimate(states[peer]))
  const read = states.map((_, peer) => copy(peer))
  /** Exchanges that a peer took part in since it read. */
  const since = states.map(() => 0)
  const staleness: number[] = []
  const expected = preciseMeanOf(states.map(state => adpsgd.estimate(state)))

  function exchange(a: number, b: number): void {
    const weight = exchangeWeight()
    const [fromA, fromB] = [a, b].map((peer, side) => {
      const message = createMessage(adpsgd.message, problem.dimension, host)
      adpsgd.send(states[peer], { peer: [b, a][side], weight }, message, random)
      return message
    })
    adpsgd.merge(states[a], [{ peer: b, weight, message: fromB }], 1 - weight)
    if (exchanges === 'both sides') adpsgd.merge(states[b], [{ peer: a, weight, message: fromA }], 1 - weight)
    since[a]++
    since[b]++
  }

  for (let event = 0; event < 6_000; event++) {
    const peer = random.integer(PEERS)
    const partner = (peer + 1 + random.integer(PEERS - 1)) % PEERS
    exchange(peer, partner)
    if (rereads) {
      read[peer] = copy(peer)
      since[peer] = 0
    }
    const update = descent(problem, 0.1)(fromOrigin(problem).fill(read[peer]))[peer]
    adpsgd.train(states[peer], update)
    addScaled(expected, 1 / PEERS, update)
    staleness.push(since[peer])
    read[peer] = copy(peer)
    since[peer] = 0
  }
  return { staleness, drift: distance(preciseMeanOf(states.map(state => adpsgd.estimate(state))), expected) }
}

/** How far the histogram of staleness is from 2^−k for k = 1, 2, …. */
function besideGeometric(staleness: readonly number[]): number {
  const shares = [1, 2, 3, 4, 5, 6].map(k => staleness.filter(one => one === k).length / staleness.length)
  return Math.max(...shares.map((share, k) => Math.abs(share - 2 ** -(k + 1))))
}

export const dpsgdChecks: readonly Check[] = [
  {
    line: 'A3.13',
    property: 'D-PSGD moves the mean by exactly the mean of the updates',
    ...below(1e-12),
    measure: () => meanBesideUpdates(onRing),
    control: {
      broken: 'rows sum to 1 and columns do not',
      measure: () => meanBesideUpdates(rowStochasticMatrix(unbalancedDigraph(PEERS))),
    },
  },
  {
    line: 'A3.13',
    property: "D-PSGD on the complete graph is SGD with everybody's samples in one batch",
    ...below(1e-12),
    measure: () => besideOneMachine(plain, onComplete),
    control: { broken: 'a ring', measure: () => besideOneMachine(plain, onRing) },
  },
  {
    line: 'A3.13',
    property: "all-reduce is SGD with everybody's samples in one batch, whatever the topology",
    ...below(1e-12),
    measure: () => besideOneMachine(allreduce, onRing),
    control: { broken: 'nobody is averaged with', measure: () => besideOneMachine(none, onRing) },
  },
  {
    line: 'A3.13',
    property: 'n peers estimate a mean n times as well: error × nT on the complete graph',
    ...near(1, 0.2),
    measure: () => meanEstimationError(plain, () => onComplete, MEAN_ESTIMATION),
    control: {
      broken: 'nobody averages: n',
      measure: () => meanEstimationError(none, () => onComplete, MEAN_ESTIMATION),
    },
  },
  {
    line: 'C8',
    property:
      'the error × nT on a ring of 64, which has not reached everybody in 400 rounds, is what the spectrum says',
    ...near(Number(expectedMeanEstimationError(ringPower(MANY.peers), MANY).toFixed(3)), 0.2),
    measure: () => estimationAmongMany(plain),
    control: {
      broken: 'everybody hears all, as on the complete graph: 1',
      measure: () => estimationAmongMany(allreduce),
    },
  },
  {
    line: 'A3.13',
    property: 'heterogeneity keeps D-PSGD apart by Ξ = η² ζ² β² / (1 − (1 − η) β)², in the slowest direction',
    ...near(1, 1e-9),
    measure: () => heterogeneityFloor(plain, 'adapt first', adaptFirstFloor),
    control: {
      broken: 'the order of the two halves of a round',
      measure: () => heterogeneityFloor(plain, 'combine first', adaptFirstFloor),
    },
  },
  {
    line: 'A3.13',
    property: 'combining first it is η² ζ² / (1 − β + η)²',
    ...near(1, 1e-9),
    measure: () => heterogeneityFloor(plain, 'combine first', combineFirstFloor),
    control: {
      broken: 'the order of the two halves of a round',
      measure: () => heterogeneityFloor(plain, 'adapt first', combineFirstFloor),
    },
  },
  {
    line: 'A3.13',
    property: 'the complete graph has no such floor',
    ...below(1e-24),
    measure: () => meanSquaredDistance(descend(plain, problem, onComplete, { rate: 0.1, rounds: 200 }).estimates()),
    control: {
      broken: 'a ring',
      measure: () => meanSquaredDistance(descend(plain, problem, onRing, { rate: 0.1, rounds: 200 }).estimates()),
    },
  },
  {
    line: 'A3.14',
    property: 'AD-PSGD: exchanges keep the mean, and stale gradients move it by exactly their sum over n',
    ...below(1e-11),
    measure: () => asynchronous({ exchanges: 'both sides' }).drift,
    control: {
      broken: 'only one side of an exchange merges',
      measure: () => asynchronous({ exchanges: 'one side' }).drift,
    },
  },
  {
    line: 'A3.14',
    property: 'a gradient of AD-PSGD is k exchanges old with probability 2^−k: largest deviation',
    ...below(0.03),
    measure: () => besideGeometric(asynchronous({ exchanges: 'both sides' }).staleness),
    control: {
      broken: 'the parameters are read again before the gradient is taken',
      measure: () => besideGeometric(asynchronous({ exchanges: 'both sides', rereads: true }).staleness),
    },
  },
]
