import {
  applyMixing,
  createMixing,
  type MixingMatrix,
  metropolisMatrix,
  mixingMatrix,
} from '../../../src/averaging/mixing.ts'
import { mixingNorm } from '../../../src/averaging/spectrum.ts'
import type { Adjacency } from '../../../src/averaging/topology.ts'
import { createRandom } from '../../../src/random/random.ts'
import { below, type Check, near } from '../check.ts'
import { decaySlope } from '../mixing/decay.ts'
import {
  asymmetry,
  columnError,
  graph,
  meanDrift,
  mixing,
  normalVectors,
  rowError,
  topology,
  totalVariance,
} from '../mixing/matrices.ts'

/** To the digits that are published. */
const PUBLISHED = 5e-7

/** β as in the literature, and where it is known as a formula. */
const norms: readonly (readonly [topology: string, peers: number, beta: number])[] = [
  ['ring', 16, 0.949253],
  ['ring', 100, 0.998684],
  ['chain', 16, 0.98719],
  ['star', 16, 0.9375],
  ['torus', 16, 0.6],
  ['torus', 100, 0.923607],
  ['hypercube', 16, 0.6],
  ['complete', 16, 0],
]

/** Graphs of every kind of degrees. */
const graphs: readonly Adjacency[] = [
  graph('ring', 16),
  graph('chain', 16),
  graph('star', 16),
  graph('torus', 15),
  graph('hypercube', 16),
  graph('complete', 7),
  graph('erdos-renyi:0.2', 40),
  graph('random-regular:5', 40),
  graph('tree:3', 30),
  graph('ring', 2),
  graph('ring', 1),
]

const largest = (values: readonly number[]) => Math.max(...values)
const worst = (make: (graph: Adjacency) => MixingMatrix, error: (W: MixingMatrix) => number) =>
  largest(graphs.map(one => error(make(one))))

/** Takes the degree without the peer itself: w_ij = 1 / max(d_i, d_j). */
const withoutOneself = (graph: Adjacency) =>
  createMixing(graph, (i, j) => 1 / Math.max(graph[i].length, graph[j].length))

/** Every receiver takes a plain average of what it hears. */
const byReceiver = (graph: Adjacency) => createMixing(graph, i => 1 / (1 + graph[i].length))

/** The neighbours' weights are right, and the own one does not take what they leave. */
const ownAsOthers = (graph: Adjacency): MixingMatrix => ({
  ...metropolisMatrix(graph),
  self: Float64Array.from(graph, ({ length }) => 1 / (1 + length)),
})

const ringNorm = (peers: number) => 1 / 3 + (2 / 3) * Math.cos((2 * Math.PI) / peers)
const torusNorm = (side: number) => (3 + 2 * Math.cos((2 * Math.PI) / side)) / 5
const cubeNorm = (dimensions: number) => (dimensions - 1) / (dimensions + 1)

const closedForms: readonly (readonly [what: string, cases: readonly (readonly [Adjacency, number])[]])[] = [
  [
    'on rings is 1/3 + 2/3 cos(2π/n), n = 4 … 64',
    Array.from({ length: 61 }, (_, k) => [graph('ring', k + 4), ringNorm(k + 4)]),
  ],
  [
    'on m × m tori is (3 + 2 cos(2π/m))/5, m = 4 … 12',
    Array.from({ length: 9 }, (_, k) => [graph('torus', (k + 4) ** 2), torusNorm(k + 4)]),
  ],
  [
    'on d-cubes is (d − 1)/(d + 1), d = 2 … 8',
    Array.from({ length: 7 }, (_, k) => [graph('hypercube', 2 ** (k + 2)), cubeNorm(k + 2)]),
  ],
]

/** How much longer than by β the disagreement of any of 20 rounds is. */
function excess(W: MixingMatrix, beta: number): number {
  let vectors = normalVectors(W.peers, 3, createRandom(2))
  let most = 0
  for (let round = 0; round < 20; round++) {
    const before = Math.sqrt(totalVariance(vectors))
    vectors = applyMixing(W, vectors)
    most = Math.max(most, Math.sqrt(totalVariance(vectors)) - beta * before)
  }
  return most
}

const slopes = ['ring', 'torus', 'hypercube', 'exponential', 'star'] as const

export const mixingChecks: readonly Check[] = [
  ...norms.map(
    ([name, peers, beta]): Check => ({
      line: 'A1.1',
      property: `‖W − J‖ of Metropolis weights, ${name}, ${peers} peers`,
      ...near(beta, PUBLISHED),
      measure: () => mixingNorm(mixing(name, peers)),
      control: {
        broken: 'degrees without the peer itself',
        measure: () => mixingNorm(withoutOneself(graph(name, peers))),
      },
    }),
  ),
  ...closedForms.map(
    ([what, cases]): Check => ({
      line: 'A1.1',
      property: `‖W − J‖ ${what}: largest error`,
      ...below(1e-10),
      measure: () => largest(cases.map(([one, beta]) => Math.abs(mixingNorm(metropolisMatrix(one)) - beta))),
      control: {
        broken: 'degrees without the peer itself',
        measure: () => largest(cases.map(([one, beta]) => Math.abs(mixingNorm(withoutOneself(one)) - beta))),
      },
    }),
  ),
  {
    line: 'A1.1',
    property: 'Metropolis weights are symmetric: largest |w_ij − w_ji|',
    ...below(1e-15),
    measure: () => worst(metropolisMatrix, asymmetry),
    control: { broken: 'the receiver averages plainly', measure: () => worst(byReceiver, asymmetry) },
  },
  {
    line: 'A1.1',
    property: 'rows sum to 1: largest error',
    ...below(1e-12),
    measure: () => worst(metropolisMatrix, rowError),
    control: { broken: 'own weight 1/(1 + d)', measure: () => worst(ownAsOthers, rowError) },
  },
  {
    line: 'A1.1',
    property: 'columns sum to 1: largest error',
    ...below(1e-12),
    measure: () => worst(metropolisMatrix, columnError),
    control: { broken: 'the receiver averages plainly', measure: () => worst(byReceiver, columnError) },
  },
  {
    line: 'A1.1',
    property: 'every own weight is positive: the smallest',
    expected: '> 0',
    measure: () => -worst(metropolisMatrix, ({ self }) => -Math.min(...self)),
    holds: measured => measured > 1e-9,
    control: {
      broken: 'degrees without the peer itself',
      measure: () => -worst(withoutOneself, ({ self }) => -Math.min(...self)),
    },
  },
  {
    line: 'A1.1',
    property: 'mean(W x) = mean(x): largest drift',
    ...below(1e-12),
    measure: () => worst(metropolisMatrix, meanDrift),
    control: { broken: 'the receiver averages plainly', measure: () => worst(byReceiver, meanDrift) },
  },
  {
    line: 'A1.1',
    property: '‖W x − x̄‖ ≤ β ‖x − x̄‖: largest excess',
    ...below(1e-12),
    measure: () => largest(graphs.map(metropolisMatrix).map(W => excess(W, mixingNorm(W)))),
    control: {
      broken: 'degrees without the peer itself, held to the right β',
      measure: () => largest(graphs.map(one => excess(withoutOneself(one), mixingNorm(metropolisMatrix(one))))),
    },
  },
  ...slopes.map(
    (name): Check => ({
      line: 'C1',
      property: `log-slope of ‖x − x̄‖ over log β, ${name}, 16 peers`,
      ...near(1, 0.01),
      measure: () => slopeOverLogBeta(mixingMatrix(topology(name), 16, 0), name),
      control: {
        broken: 'weights made lazy by a tenth',
        measure: () => {
          const W = mixing(name, 16)
          const weights = W.weights.map(weight => 0.9 * weight)
          return slopeOverLogBeta({ ...W, weights, self: W.self.map(weight => 0.9 * weight + 0.1) }, name)
        },
      },
    }),
  ),
]

function slopeOverLogBeta(W: MixingMatrix, name: string): number {
  return decaySlope(W) / Math.log(mixingNorm(mixing(name, 16)))
}
