import { mean } from '../../../src/averaging/aggregators/mean.ts'
import {
  columnStochasticMatrix,
  type MixingMatrix,
  metropolisMatrix,
  rowStochasticMatrix,
} from '../../../src/averaging/mixing.ts'
import { type AveragingRule, createMessage, type ReceivedMessage } from '../../../src/averaging/rule.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { pushSum } from '../../../src/averaging/rules/push-sum.ts'
import { naivePushSum } from '../../../src/averaging/rules/push-sum-naive.ts'
import { exponential } from '../../../src/averaging/topologies/exponential.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { adjacencyOf } from '../../../src/averaging/topology.ts'
import { distance, norm, preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { type DrivenRule, driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check } from '../check.ts'
import { type Arrives, atomicLoss, oneWayLoss } from '../problems/loss.ts'
import { normalVector } from '../problems/quadratics.ts'
import { unbalancedDigraph } from '../problems/unbalanced-digraph.ts'

const PEERS = 16
const DIMENSION = 5
const ROUNDS = 400

const digraph = unbalancedDigraph(PEERS)
const bySender = columnStochasticMatrix(digraph)
const byReceiver = rowStochasticMatrix(digraph)

function startVectors(): Float64Array[] {
  const random = createRandom('push-sum')
  return Array.from({ length: PEERS }, () => normalVector(DIMENSION, random))
}

function sumOf(vectors: readonly Vector[]): Float64Array {
  return preciseMeanOf(vectors).map(value => value * vectors.length)
}

/** The state of both forms of push-sum, as far as the checks look at it. */
interface Mass {
  readonly x: Vector
  readonly w: number
}

const massOf = (swarm: DrivenRule) => swarm.states as readonly Mass[]

/** Largest ‖z_i − mean of the start‖. */
function offTheMean(rule: AveragingRule, W: MixingMatrix, arrives?: () => Arrives): number {
  const start = startVectors()
  const swarm = driveRule(rule, start)
  for (let round = 0; round < ROUNDS; round++) swarm.round(W, undefined, arrives?.())
  const mean = preciseMeanOf(start)
  return Math.max(...swarm.estimates().map(estimate => distance(estimate, mean)))
}

function losing(probability: number): () => Arrives {
  const random = createRandom(`loss ${probability}`)
  return () => oneWayLoss(probability, random)
}

/** How far Σ x and Σ w are from where they were, over some rounds. */
function driftOfSums(W: MixingMatrix): number {
  const start = startVectors()
  const swarm = driveRule(naivePushSum, start)
  const sum = sumOf(start)
  let drift = 0
  for (let round = 0; round < 100; round++) {
    swarm.round(W)
    const weight = massOf(swarm).reduce((total, { w }) => total + w, 0)
    drift = Math.max(drift, distance(sumOf(massOf(swarm).map(({ x }) => x)), sum), Math.abs(weight - PEERS))
  }
  return drift
}

function largestWeightBeside1(W: MixingMatrix): number {
  const swarm = driveRule(naivePushSum, startVectors())
  for (let round = 0; round < 50; round++) swarm.round(W)
  return Math.max(...massOf(swarm).map(({ w }) => Math.abs(w - 1)))
}

/** How far Σ x is from where the updates should have taken it. @param scaled by what factor a rule takes them in */
function driftBesideTraining(scaled: (update: Float64Array, w: number) => Float64Array): number {
  const random = createRandom('updates')
  const start = startVectors()
  const swarm = driveRule(naivePushSum, start)
  const expected = sumOf(start)
  for (let round = 0; round < 50; round++) {
    const updates = start.map(() => normalVector(DIMENSION, random))
    sumOf(updates).forEach((value, p) => {
      expected[p] += value
    })
    swarm.round(bySender, () => updates.map((update, i) => scaled(update, massOf(swarm)[i].w)))
  }
  return distance(sumOf(massOf(swarm).map(({ x }) => x)), expected) / norm(expected)
}

/** Over all links. */
interface LinkMass extends Mass {
  readonly pushed: ReadonlyMap<number, { readonly vector: Vector; readonly scalar: number }>
  readonly heard: ReadonlyMap<number, { readonly vector: Vector; readonly scalar: number }>
}

/** How far what all hold and what is on its way, Σ x + Σ (σ − ρ), are from where they were; of the weights too. */
function driftOfMass(counted: 'with what is on its way' | 'at hand only'): number {
  const start = startVectors()
  const swarm = driveRule(pushSum, start)
  const sum = sumOf(start)
  const arrives = losing(0.3)
  for (let round = 0; round < 100; round++) swarm.round(bySender, undefined, arrives())

  const states = swarm.states as readonly LinkMass[]
  const total = sumOf(states.map(({ x }) => x))
  let weight = states.reduce((all, { w }) => all + w, 0)
  if (counted === 'with what is on its way') {
    states.forEach(({ pushed }, from) => {
      for (const [to, sigma] of pushed) {
        const rho = states[to].heard.get(from)
        weight += sigma.scalar - (rho?.scalar ?? 0)
        sigma.vector.forEach((value, p) => {
          total[p] += value - (rho?.vector[p] ?? 0)
        })
      }
    })
  }
  return Math.max(distance(total, sum), Math.abs(weight - PEERS))
}

/**
 * Largest ‖z_i − mean‖ over a network that loses a fifth of the messages, doubles a fifth, and delays each by up to four
 * rounds, so that they overtake one another; for long enough that the last are quiet ones.
 */
function offTheMeanWhereMessagesComeLate(rule: AveragingRule): number {
  const random = createRandom('late')
  const start = startVectors()
  const host = { peers: PEERS, samples: 1, allocate: (length: number) => new Float64Array(length) }
  const states = start.map(vector => rule.start(vector, host))
  const onTheirWay: { readonly to: number; readonly due: number; readonly received: ReceivedMessage }[] = []

  function post(from: number, to: number, weight: number, round: number): void {
    const message = createMessage(rule.message, DIMENSION, host)
    rule.send(states[from], { peer: to, weight }, message, random)
    const copies = [0, 1, 1, 1, 2][random.integer(5)]
    for (let copy = 0; copy < copies; copy++) {
      onTheirWay.push({ to, due: round + random.integer(5), received: { peer: from, weight, message } })
    }
  }

  for (let round = 0; round < 2 * ROUNDS; round++) {
    for (let to = 0; to < PEERS; to++) {
      for (let k = bySender.offsets[to]; k < bySender.offsets[to + 1]; k++) {
        post(bySender.neighbours[k], to, bySender.weights[k], round)
      }
    }
    const due = onTheirWay.filter(letter => letter.due === round)
    states.forEach((state, to) => {
      const received = random.shuffle(due.filter(letter => letter.to === to)).map(letter => letter.received)
      rule.merge(state, received, bySender.self[to])
    })
  }
  const mean = preciseMeanOf(start)
  return Math.max(...states.map(state => distance(rule.estimate(state), mean)))
}

/** How far plain averaging over a ring takes the mean away, at 30 % loss. */
function driftOfMean(loss: (probability: number, random: ReturnType<typeof createRandom>) => Arrives): number {
  const random = createRandom('drift')
  const start = startVectors()
  const swarm = driveRule(dpsgd(mean), start)
  const W = metropolisMatrix(adjacencyOf(ring, PEERS, 0))
  for (let round = 0; round < ROUNDS; round++) swarm.round(W, undefined, loss(0.3, random))
  return distance(preciseMeanOf(swarm.estimates()), preciseMeanOf(start))
}

export const pushSumChecks: readonly Check[] = [
  {
    line: 'A2.9',
    property: 'push-sum keeps Σ x and Σ w on an unbalanced directed graph',
    ...below(1e-12),
    measure: () => driftOfSums(bySender),
    control: { broken: 'the receiver weighs, instead of the sender', measure: () => driftOfSums(byReceiver) },
  },
  {
    line: 'A2.9',
    property: 'push-sum brings everybody to the exact mean on an unbalanced directed graph',
    ...below(1e-12),
    measure: () => offTheMean(naivePushSum, bySender),
    control: {
      broken: 'plain averages without w, whose rows sum to 1',
      measure: () => offTheMean(dpsgd(mean), byReceiver),
    },
  },
  {
    line: 'A2.9',
    property: 'where the graph is regular all w stay 1, so that w need not travel',
    ...below(1e-12),
    measure: () => largestWeightBeside1(columnStochasticMatrix(adjacencyOf(exponential, PEERS, 0))),
    control: { broken: 'an unbalanced graph', measure: () => largestWeightBeside1(bySender) },
  },
  {
    line: 'A2.9',
    property: 'SGP moves Σ x by exactly the sum of all updates: the gradient is added to x, not to z',
    ...below(1e-12),
    measure: () => driftBesideTraining(update => update),
    control: {
      broken: 'the gradient is added to z',
      measure: () => driftBesideTraining((update, w) => update.map(value => w * value)),
    },
  },
  ...[0.1, 0.3, 0.5].map(
    (loss): Check => ({
      line: 'A2.10',
      property: `with running sums push-sum ends at the mean though ${loss * 100} % of messages are lost`,
      ...below(1e-8),
      measure: () => offTheMean(pushSum, bySender, losing(loss)),
      control: {
        broken: 'naive push-sum, whose lost mass is lost for ever',
        measure: () => offTheMean(naivePushSum, bySender, losing(loss)),
      },
    }),
  ),
  {
    line: 'A2.10',
    property: 'Σ x + Σ (σ − ρ), what all hold and what is on its way, is constant under 30 % loss',
    ...below(1e-12),
    measure: () => driftOfMass('with what is on its way'),
    control: { broken: 'only what is at hand is counted', measure: () => driftOfMass('at hand only') },
  },
  {
    line: 'A2.10',
    property: 'messages that are lost, come twice or overtake one another do not keep running sums from the mean',
    ...below(1e-8),
    measure: () => offTheMeanWhereMessagesComeLate(pushSum),
    control: {
      broken: 'naive push-sum, which adds whatever comes as often as it comes',
      measure: () => offTheMeanWhereMessagesComeLate(naivePushSum),
    },
  },
  {
    line: 'A2.11',
    property: 'loss of exchanges as a whole keeps the mean: 30 % for 400 rounds',
    ...below(1e-13),
    measure: () => driftOfMean(atomicLoss),
    control: { broken: 'one-way loss', measure: () => driftOfMean(oneWayLoss) },
  },
]
