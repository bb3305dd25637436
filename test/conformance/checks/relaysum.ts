import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { createMixing, type MixingMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule, ReceivedMessage } from '../../../src/averaging/rule.ts'
import { d2 } from '../../../src/averaging/rules/d2.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { gradientTracking } from '../../../src/averaging/rules/gradient-tracking.ts'
import { relaysum } from '../../../src/averaging/rules/relaysum.ts'
import { chain } from '../../../src/averaging/topologies/chain.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { star } from '../../../src/averaging/topologies/star.ts'
import { tree } from '../../../src/averaging/topologies/tree.ts'
import { adjacencyOf, type Topology } from '../../../src/averaging/topology.ts'
import { addScaled, distance, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { type DrivenRule, driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check } from '../check.ts'
import { descend, stepsToTarget, suboptimality } from '../problems/descent.ts'
import { oneWayLoss } from '../problems/loss.ts'
import { normalVector, randomQuadratics } from '../problems/quadratics.ts'

const PEERS = 16
const plain = dpsgd(mean)

/** Puts every peer at its input again, and averages once. */
function feed(swarm: DrivenRule, W: MixingMatrix, inputs: readonly Float64Array[]): void {
  swarm.round(W, estimates => estimates.map((x, i) => inputs[i].map((input, p) => input - x[p])))
}

/** Largest ‖x_i − mean of the inputs‖ after as many rounds as the tree is wide. */
function besideMean(rule: AveragingRule, topology: Topology, diameter: number): number {
  const random = createRandom('relay')
  const inputs = Array.from({ length: PEERS }, () => normalVector(4, random))
  const swarm = driveRule(rule, inputs)
  for (let round = 0; round < diameter; round++) feed(swarm, mixingMatrix(topology, PEERS, 0), inputs)
  const mean = preciseMeanOf(inputs)
  return Math.max(...swarm.estimates().map(x => distance(x, mean)))
}

/**
 * One peer of a chain says 1 once, and everybody is 0 otherwise: how far what the others have is from 1/n in the round that
 * is their distance away, and from 0 in the others.
 */
function besideDelay(rule: AveragingRule): number {
  const from = 5
  const zeros = Array.from({ length: PEERS }, () => new Float64Array(1))
  const impulse = zeros.map((_, i) => Float64Array.of(i === from ? 1 : 0))
  const W = mixingMatrix(chain, PEERS, 0)
  const swarm = driveRule(rule, zeros)
  // Until everybody's count is n, so that nobody makes up for what has not arrived.
  for (let round = 0; round < PEERS; round++) feed(swarm, W, zeros)
  let deviation = 0
  for (let round = 0; round < PEERS; round++) {
    feed(swarm, W, round === 0 ? impulse : zeros)
    swarm.estimates().forEach(([x], i) => {
      // A neighbour hears in the same round.
      const expected = round === Math.max(0, Math.abs(i - from) - 1) ? 1 / PEERS : 0
      if (i !== from) deviation = Math.max(deviation, Math.abs(x - expected))
    })
  }
  return deviation
}

type RelayState = Parameters<typeof relaysum.merge>[0]

/** Divides by n whatever arrived, so that what is missing counts as 0: as x₀, where all start there. */
const withoutCounts: AveragingRule<RelayState> = {
  ...relaysum,
  merge(state: RelayState, received: readonly ReceivedMessage[], selfWeight: number) {
    const own = Float64Array.from(relaysum.estimate(state))
    relaysum.merge(state, received, selfWeight)
    addScaled(state.x, -(state.peers - 1 - state.count) / state.peers, own)
  },
}

/** How far peers that agreed are from what they agreed on, after rounds of 30 % loss. */
function besideAgreement(rule: AveragingRule): number {
  const random = createRandom('agreement')
  const agreed = normalVector(4, random)
  const swarm = driveRule(
    rule,
    Array.from({ length: PEERS }, () => agreed),
  )
  for (let round = 0; round < 50; round++) {
    swarm.round(mixingMatrix(tree(2), PEERS, 0), undefined, oneWayLoss(0.3, random))
  }
  return Math.max(...swarm.estimates().map(x => distance(x, agreed)))
}

const MANY = 32
const quadratics = (heterogeneity: number) => randomQuadratics({ peers: MANY, dimension: 10, heterogeneity, seed: 10 })

/** Steps at ζ² = 10 over those at ζ² = 0.1; ∞ or NaN where the target is not reached. @param rates for either */
function costOfHeterogeneity(rule: AveragingRule, W: MixingMatrix, rates: readonly [number, number]): number {
  const [few, many] = [0.1, 10].map((heterogeneity, k) =>
    stepsToTarget(rule, quadratics(heterogeneity), W, { rate: rates[k], target: 1e-6, limit: 3_000 }),
  )
  return many / few
}

function suboptimalityUnderLoss(rule: AveragingRule, W: MixingMatrix): number {
  const random = createRandom('lossy relay')
  const problem = quadratics(0.1)
  const arrives = () => oneWayLoss(0.1, random)
  return suboptimality(problem, descend(rule, problem, W, { rate: 0.3, rounds: 500, arrives }))
}

const onChain = mixingMatrix(chain, MANY, 0)
const onTree = mixingMatrix(tree(2), MANY, 0)
const onRing = createMixing(adjacencyOf(ring, MANY, 0), () => 1 / 3 - 0.01)

export const relaysumChecks: readonly Check[] = [
  ...(
    [
      ['a chain', chain, PEERS - 1] as const,
      ['a star', star, 2] as const,
      ['a binary tree', tree(2), 7] as const,
    ] as const
  ).map(
    ([name, topology, diameter]): Check => ({
      line: 'A2.12',
      property: `RelaySum on ${name}: constant inputs, and everybody has their exact mean after ${diameter} rounds, its diameter`,
      ...below(1e-12),
      measure: () => besideMean(relaysum, topology, diameter),
      control: {
        broken: 'a ring is no tree: messages go round and are counted again',
        measure: () => besideMean(relaysum, ring, diameter + 8),
      },
    }),
  ),
  {
    line: 'A2.12',
    property: 'RelaySum on a chain: what a peer says weighs 1/n with everybody, as many rounds late as it is far away',
    ...below(1e-12),
    measure: () => besideDelay(relaysum),
    control: { broken: 'averages with the neighbours', measure: () => besideDelay(plain) },
  },
  {
    line: 'A2.12',
    property: 'RelaySum: peers that agree go on agreeing under 30 % loss',
    ...below(1e-12),
    measure: () => besideAgreement(relaysum),
    control: { broken: 'messages are not counted', measure: () => besideAgreement(withoutCounts) },
  },
  {
    line: 'A2.12',
    property: 'RelaySum with x₀ for what has not arrived: steps at ζ² = 10 over those at ζ² = 0.1',
    ...below(1.25),
    measure: () => costOfHeterogeneity(withoutCounts, onChain, [1.5, 1.5]),
    control: {
      broken: 'gradient tracking on a ring',
      measure: () => costOfHeterogeneity(gradientTracking, onRing, [0.04, 0.022]),
    },
  },
  {
    line: 'A2.12',
    property: 'RelaySum with the own model for what has not arrived, as ours: steps at ζ² = 10 over those at ζ² = 0.1',
    ...below(1.5),
    measure: () => costOfHeterogeneity(relaysum, onChain, [1.5, 1.5]),
    control: {
      broken: 'gradient tracking on a ring',
      measure: () => costOfHeterogeneity(gradientTracking, onRing, [0.04, 0.022]),
    },
  },
  {
    line: 'A2.12',
    property: 'RelaySum survives the loss of 10 % of the messages, with some bias: suboptimality at ζ² = 0.1',
    ...below(1e-4),
    measure: () => suboptimalityUnderLoss(relaysum, onTree),
    control: { broken: 'D²', measure: () => suboptimalityUnderLoss(d2, onRing) },
  },
]
