import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { consensusDistance } from '../../../src/averaging/consensus.ts'
import { createMixing, type MixingMatrix, metropolisMatrix } from '../../../src/averaging/mixing.ts'
import { fitRule } from '../../../src/averaging/requirements.ts'
import { d2 } from '../../../src/averaging/rules/d2.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { mixingNorm } from '../../../src/averaging/spectrum.ts'
import { parseTopology } from '../../../src/averaging/topologies/registry.ts'
import { type Adjacency, adjacencyOf } from '../../../src/averaging/topology.ts'
import { parseRecipe, simulate } from '../../../src/index.ts'
import { distance, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import type { ChurnEvent } from '../../../src/public/simulate.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check, near } from '../check.ts'
import { graph, mixing, normalVectors, rowError, topology } from '../mixing/matrices.ts'

/** Metropolis weights with what there is to get wrong. */
function brokenMetropolis(
  graph: Adjacency,
  offDiagonal: (a: number, b: number) => number,
  diagonal: (degree: number, left: number) => number,
  degree: (peer: number) => number,
): MixingMatrix {
  const W = createMixing(graph, (i, j) => offDiagonal(degree(i), degree(j)))
  return { ...W, self: W.self.map((left, i) => diagonal(degree(i), left)) }
}

function wrongDiagonal(graph: Adjacency): MixingMatrix {
  const degree = (peer: number) => graph[peer].length
  return brokenMetropolis(
    graph,
    (a, b) => 1 / (Math.min(a, b) + 1),
    own => 1 / own,
    degree,
  )
}

function falsyNode(graph: Adjacency): MixingMatrix {
  const degree = (node: number) => (node ? graph[node].length : graph.length)
  return brokenMetropolis(
    graph,
    (a, b) => 1 / (1 + Math.max(a, b)),
    (_, left) => left,
    degree,
  )
}

const ring16 = 1 / 3 + (2 / 3) * Math.cos((2 * Math.PI) / 16)

/** Peers that all hold the same must go on holding it, though of four messages one is missing: the largest difference. */
function shrinkage(merge: (own: Float64Array, others: readonly Float64Array[], peers: number) => Float64Array): number {
  const agreed = Float64Array.of(1, -2, 3)
  const merged = merge(agreed, [agreed, agreed, agreed], 5)
  return Math.max(...merged.map((value, p) => Math.abs(value - agreed[p])))
}

function byArrival(own: Float64Array, others: readonly Float64Array[], peers: number): Float64Array {
  const weights = new Float64Array(peers).fill(1 / peers)
  return own.map((value, p) => others.reduce((sum, other, k) => sum + weights[k + 1] * other[p], weights[0] * value))
}

function byMean(own: Float64Array, others: readonly Float64Array[], peers: number): Float64Array {
  const out = new Float64Array(own.length)
  const arrived = others.map(vector => ({ weight: 1 / peers, vector }))
  mean.aggregate(own, arrived, out)
  return out
}

/**
 * How far the mean has moved when a swarm of which some are away in every round has come to agree; NaN where it has not, so
 * that neither figure goes for the other.
 */
function biasUnderChurn(matrixOf: (alive: readonly boolean[]) => MixingMatrix): number {
  const random = createRandom(3)
  const start = normalVectors(16, 1, random)
  const swarm = driveRule(dpsgd(mean), start)
  for (let round = 0; round < 600; round++) {
    swarm.round(matrixOf(start.map(() => random.uniform() > 0.3)))
  }
  const agreed = consensusDistance(swarm.estimates().map(x => Float32Array.from(x))) < 1e-5
  return agreed ? distance(preciseMeanOf(swarm.estimates()), preciseMeanOf(start)) : Number.NaN
}

const wheel = graph('star', 16).map((spokes, i) =>
  [...new Set([...spokes, ...graph('ring', 16)[i]])].sort((a, b) => a - b),
)
const among = (alive: readonly boolean[]): Adjacency =>
  wheel.map((others, i) => (alive[i] ? others.filter(j => alive[j]) : []))

/** Every peer that is there takes the plain average of those that it finds, itself included. */
function rowNormalised(alive: readonly boolean[]): MixingMatrix {
  const present = among(alive)
  return createMixing(present, i => 1 / (1 + present[i].length))
}

/** ‖x − x̄‖ after 1000 rounds of D² on an even ring, with nothing to train. */
function d2Disagreement(W: MixingMatrix): number {
  const start = normalVectors(16, 2, createRandom(4))
  const swarm = driveRule(d2, start)
  for (let round = 0; round < 1_000; round++) swarm.round(W)
  const average = preciseMeanOf(start)
  return Math.max(...swarm.estimates().map(x => distance(x, average)))
}

const SWARM = 8

const recipe = parseRecipe({
  objective: { task: 'consensus' },
  model: { name: 'vector', shape: [4], classes: 0 },
  training: { steps: 0 },
  averaging: { rule: 'dpsgd', topology: 'complete' },
})

const FIRST_THREE = [0, 1, 2]
const gone = (peers: readonly number[]): ChurnEvent[] => peers.map(peer => ({ time: 0, peer, up: false }))

/** Peers that sent though they should be away, or were silent though they should be there. */
async function wrongSpeakers(away: readonly number[], churn: readonly ChurnEvent[]): Promise<number> {
  const { peerResults } = await simulate({
    recipe,
    peers: SWARM,
    rounds: 4,
    seed: 1,
    engine: 'matrix',
    workers: 1,
    churn,
  })
  return peerResults.filter(({ bytesOut }, peer) => bytesOut > 0 === away.includes(peer)).length
}

/** Two runs of different length at once: how many rounds more or fewer their observers hear than their own run has. */
async function misheard(observers: (heard: [number, number]) => readonly (() => void)[]): Promise<number> {
  const heard: [number, number] = [0, 0]
  const rounds = [3, 5]
  await Promise.all(
    observers(heard).map((onRound, k) =>
      simulate({
        recipe,
        peers: SWARM,
        rounds: rounds[k],
        seed: k,
        engine: 'matrix',
        workers: 1,
        evaluateEvery: 1,
        onRound,
      }),
    ),
  )
  // The start is reported as round 0.
  return rounds.reduce((sum, count, k) => sum + Math.abs(heard[k] - (count + 1)), 0)
}

const ownObservers = (heard: [number, number]) => [0, 1].map(k => () => void heard[k]++)

/** The observer is kept where both runs see it, and the last one has it. */
function oneObserver(heard: [number, number]): readonly (() => void)[] {
  const last = ownObservers(heard)[1]
  return [last, last]
}

const RANDOM = ['random-regular:4', 'erdos-renyi:0.4', 'epidemic:3', 'epidemic-local:3', 'pairwise']

/** Random graphs that two seeds give alike. */
function alike(seeds: readonly [number, number]): number {
  const drawn = (name: string, seed: number) => JSON.stringify(adjacencyOf(parseTopology(name, { seed }), 16, 0))
  return RANDOM.filter(name => drawn(name, seeds[0]) === drawn(name, seeds[1])).length
}

export const mistakeChecks: readonly Check[] = [
  {
    line: 'B.a',
    property: 'rows of Metropolis weights on a ring sum to 1: largest error',
    ...below(1e-12),
    measure: () => rowError(metropolisMatrix(graph('ring', 10))),
    control: {
      broken: '1/d on the diagonal and 1/(min + 1) off it: 7/6',
      measure: () => rowError(wrongDiagonal(graph('ring', 10))),
    },
  },
  {
    line: 'B.b',
    property: '‖W − J‖ of a ring of 16, for node 0 is a node like any other',
    ...near(ring16, 1e-10),
    measure: () => mixingNorm(mixing('ring', 16)),
    control: {
      broken: '`if (node)`: node 0 gets the degree n, and all sums are still right',
      measure: () => mixingNorm(falsyNode(graph('ring', 16))),
    },
  },
  {
    line: 'B.c',
    property: 'a missing message does not shrink the model: largest change of what all agree on',
    ...below(1e-12),
    measure: () => shrinkage(byMean),
    control: { broken: 'weights by order of arrival, not renormalised', measure: () => shrinkage(byArrival) },
  },
  {
    line: 'B.f',
    property: 'who is away says nothing, and everybody else goes on: peers that do otherwise, of 8 of which 3 are away',
    ...near(0, 0),
    measure: () => wrongSpeakers(FIRST_THREE, gone(FIRST_THREE)),
    control: { broken: 'nobody looks who is away', measure: () => wrongSpeakers(FIRST_THREE, []) },
  },
  {
    line: 'B.f',
    property:
      'who is away keeps nobody after it from speaking: peers that do otherwise, of 8 of which number 3 is away',
    ...near(0, 0),
    measure: () => wrongSpeakers([3], gone([3])),
    control: {
      broken: '`break` where it should say `continue`',
      measure: () => wrongSpeakers([3], gone([3, 4, 5, 6, 7])),
    },
  },
  {
    line: 'B.g',
    property: 'another seed gives another graph: random topologies that two seeds make alike',
    ...near(0, 0),
    measure: () => alike([1, 2]),
    control: { broken: 'the seed is ignored', measure: () => alike([1, 1]) },
  },
  {
    line: 'B.g',
    property: 'two simulations at once keep their observers apart: rounds that they hear of too many or too few',
    ...near(0, 0),
    measure: () => misheard(ownObservers),
    control: { broken: 'the last observer hears both', measure: () => misheard(oneObserver) },
  },
  {
    line: 'B.i',
    property: 'a swarm that agrees under churn agrees on its mean: drift',
    ...below(1e-12),
    measure: () => biasUnderChurn(alive => metropolisMatrix(among(alive))),
    control: {
      broken: 'rows normalised over those present: it agrees, elsewhere',
      measure: () => biasUnderChurn(rowNormalised),
    },
  },
  {
    line: 'B.j',
    property: 'D² on an even ring agrees, since W is made lazy: ‖x − x̄‖ after 1000 rounds',
    ...below(1e-9),
    measure: () =>
      d2Disagreement(fitRule({ rule: d2, aggregator: mean, topology: topology('ring'), peers: 16 }).mixing(0)),
    control: { broken: 'weights 1/3 as they are', measure: () => d2Disagreement(mixing('ring', 16)) },
  },
]
