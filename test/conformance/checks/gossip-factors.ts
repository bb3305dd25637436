import { applyMixing, createMixing, type MixingMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import { adjacencyOf } from '../../../src/averaging/topology.ts'
import { preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { below, type Check, near } from '../check.ts'
import {
  cycleFactor,
  cycles,
  exchangeFactor,
  isotropicFactor,
  mixingFactor,
  roundsFactor,
} from '../mixing/exchanges.ts'
import { meanDrift, mixing, topology } from '../mixing/matrices.ts'

/** Monte Carlo: within 2 % of the theory. */
const within2Percent = (expected: number) => near(Number(expected.toPrecision(4)), 0.02 * expected)

/** The share of the variance that one round leaves: every round of a random topology is a draw of its own. */
const roundFactor = (name: string, peers: number, trials: number) => roundsFactor(topology(name), peers, trials)

const alwaysTheSame = (name: string, peers: number): Check['control'] => ({
  broken: 'the graph of round 0 in every round',
  measure: () => mixingFactor(peers, 1, () => [mixing(name, peers, 0)]),
})

/** The graph of a round, with other weights. */
function reweighted(name: string, peers: number, round: number, weight: (degree: number) => number): MixingMatrix {
  const graph = adjacencyOf(topology(name), peers, round)
  return createMixing(graph, i => weight(graph[i].length))
}

/** EL-Oracle: each has s neighbours among n − 1. */
const oracle = (peers: number, s: number) => (1 - s / (peers - 1)) / (s + 1)
/** EL-Local: how many arrive is binomial. */
const local = (peers: number, s: number) => (1 - (1 - s / (peers - 1)) ** peers) / s - 1 / (peers - 1)
/** r groups, however large: each mean of m has (n − m)/(n − 1) of the variance over m. */
const groups = (peers: number, r: number) => (r - 1) / (peers - 1)

/** How many standard errors the mean is off after one round of EL-Local, over many rounds. */
function biasOfLocal(weigh: (round: number) => MixingMatrix, trials: number): number {
  const peers = 32
  // A slope, so that a peer that is heard too often shows.
  const start = Array.from({ length: peers }, (_, i) => Float64Array.of(i))
  const drifts = Array.from({ length: trials }, (_, round) => preciseMeanOf(applyMixing(weigh(round), start))[0] - 15.5)
  const mean = drifts.reduce((sum, drift) => sum + drift, 0) / trials
  const variance = drifts.reduce((sum, drift) => sum + (drift - mean) ** 2, 0) / (trials - 1)
  return Math.abs(mean) / Math.sqrt(variance / trials)
}

const localTopology = topology('epidemic-local:3')

/** Sends to lower numbers only, as a list that was cut off would. */
function toLower(round: number): MixingMatrix {
  const graph = adjacencyOf(localTopology, 32, round)
  const kept = graph.map((senders, i) => senders.filter(j => j > i))
  return createMixing(kept, i => 1 / (1 + kept[i].length))
}

/** Groups of random size: everybody picks one of r by itself, and some stay empty. */
function pickedGroups(peers: number, r: number, trial: number): MixingMatrix {
  const random = createRandom(`groups/${trial}`)
  const group = Array.from({ length: peers }, () => random.integer(r))
  const graph = group.map((own, i) => group.flatMap((other, j) => (other === own && j !== i ? [j] : [])))
  return createMixing(graph, i => 1 / (1 + graph[i].length))
}

export const gossipFactorChecks: readonly Check[] = [
  {
    line: 'A1.5',
    property: 'EL-Oracle, n = 16, s = 3: what a round leaves of ‖x − x̄‖²',
    ...within2Percent(oracle(16, 3)),
    measure: () => roundFactor('epidemic:3', 16, 5_000),
    control: alwaysTheSame('epidemic:3', 16),
  },
  {
    line: 'A1.5',
    property: 'EL-Oracle, n = 16, s = 12, a dense graph',
    ...within2Percent(oracle(16, 12)),
    measure: () => roundFactor('epidemic:12', 16, 5_000),
    control: {
      broken: 'W = A/s: a peer leaves itself out',
      measure: () => mixingFactor(16, 500, round => [reweighted('epidemic:12', 16, round, s => 1 / s)]),
    },
  },
  {
    line: 'A1.5',
    property: 'EL-Local, n = 64, s = 1: what a round leaves of ‖x − x̄‖²',
    ...within2Percent(local(64, 1)),
    measure: () => roundFactor('epidemic-local:1', 64, 2_000),
    control: alwaysTheSame('epidemic-local:1', 64),
  },
  {
    line: 'A1.5',
    property: 'EL-Local, n = 16, s = 3',
    ...within2Percent(local(16, 3)),
    measure: () => roundFactor('epidemic-local:3', 16, 5_000),
    control: {
      broken: 'weights 1/(s + 1), however many arrived',
      measure: () => mixingFactor(16, 500, round => [reweighted('epidemic-local:3', 16, round, () => 1 / 4)]),
    },
  },
  {
    line: 'A1.5',
    property: 'EL-Oracle keeps the mean in every round: largest drift of 50',
    ...below(1e-12),
    measure: () => Math.max(...Array.from({ length: 50 }, (_, round) => meanDrift(mixing('epidemic:3', 16, round)))),
    control: { broken: 'senders choose: EL-Local', measure: () => meanDrift(mixing('epidemic-local:3', 16)) },
  },
  {
    line: 'A1.5',
    property: 'EL-Local moves the mean in a round: smallest drift of 50',
    expected: '> 1e-3',
    measure: () =>
      Math.min(...Array.from({ length: 50 }, (_, round) => meanDrift(mixing('epidemic-local:3', 16, round)))),
    holds: measured => measured > 1e-3,
    control: { broken: 'a matching: EL-Oracle', measure: () => meanDrift(mixing('epidemic:3', 16)) },
  },
  {
    line: 'A1.5',
    property: 'EL-Local keeps the mean on average: standard errors it is off, 4000 rounds',
    ...below(4),
    measure: () => biasOfLocal(round => mixingMatrix(localTopology, 32, round), 4_000),
    control: { broken: 'only those with lower numbers are sent to', measure: () => biasOfLocal(toLower, 500) },
  },

  {
    line: 'A1.6',
    property: 'a pairwise exchange leaves 1 − 1/(n − 1) of the variance, mean over all pairs of 9',
    ...near(1 - 1 / 8, 1e-12),
    measure: () => exchangeFactor(9),
    control: { broken: 'a quarter of the difference', measure: () => exchangeFactor(9, 1 / 4) },
  },
  {
    line: 'C3',
    property: 'a cycle in which each of 1000 begins one exchange leaves 1/(2√e)',
    ...within2Percent(1 / (2 * Math.sqrt(Math.E))),
    measure: () => cycleFactor(cycles.sequential),
    control: { broken: 'a quarter of the difference', measure: () => cycleFactor(cycles.sequential, 1 / 4) },
  },
  {
    line: 'C3',
    property: 'a cycle of n exchanges that random peers begin leaves 1/e',
    ...within2Percent(1 / Math.E),
    measure: () => cycleFactor(cycles.random),
    control: { broken: 'a quarter of the difference', measure: () => cycleFactor(cycles.random, 1 / 4) },
  },
  {
    line: 'C3',
    property: 'two rounds of pairwise leave a quarter',
    ...within2Percent(1 / 4),
    measure: () => roundsFactor(topology('pairwise'), 1_000, 60, 2),
    control: {
      broken: 'the pairs of round 0 in both',
      measure: () => mixingFactor(1_000, 1, () => [mixing('pairwise', 1_000), mixing('pairwise', 1_000)]),
    },
  },

  ...(
    [
      [16, 4, 2],
      [125, 5, 3],
    ] as const
  ).map(
    ([peers, size, axes]): Check => ({
      line: 'A1.7',
      property: `Moshpit, ${peers} on a full grid: a round leaves (r − 1)/(n − 1), r groups of ${size}, over all starts`,
      ...near(groups(peers, peers / size), 1e-12),
      measure: () => isotropicFactor(topology(`moshpit:${size}`), peers, axes),
      control: {
        broken: 'groups of twice the size',
        measure: () => isotropicFactor(topology(`moshpit:${2 * size}`), peers, axes),
      },
    }),
  ),
  {
    line: 'A1.7',
    property: 'Moshpit, 24 in groups of up to 5: (r − 1)/(n − 1) of ‖x − x̄‖² is left, r = 5',
    ...within2Percent(groups(24, 5)),
    measure: () => roundFactor('moshpit:5', 24, 4_000),
    control: alwaysTheSame('moshpit:5', 24),
  },
  {
    line: 'A1.7',
    property: 'Moshpit, 23 in groups of up to 5',
    ...within2Percent(groups(23, 5)),
    measure: () => roundFactor('moshpit:5', 23, 4_000),
    control: {
      broken: 'everybody picks one of 10 groups by itself',
      measure: () => mixingFactor(23, 1_000, trial => [pickedGroups(23, 10, trial)]),
    },
  },
]
