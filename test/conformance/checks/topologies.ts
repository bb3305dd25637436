import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { applyMixing, type MixingMatrix, mixingMatrix, rowStochasticMatrix } from '../../../src/averaging/mixing.ts'
import { fitRule } from '../../../src/averaging/requirements.ts'
import { d2 } from '../../../src/averaging/rules/d2.ts'
import { spectralGap } from '../../../src/averaging/spectrum.ts'
import { baseGraph } from '../../../src/averaging/topologies/base-graph.ts'
import { UsageError } from '../../../src/errors.ts'
import { preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { below, type Check, near } from '../check.ts'
import { baseLengths } from '../mixing/base-lengths.ts'
import {
  asymmetry,
  columnError,
  deviationFromMean,
  graph,
  meanDrift,
  mixing,
  normOf,
  product,
  rounds,
  rowError,
  topology,
} from '../mixing/matrices.ts'

const largest = (values: Iterable<number>) => Math.max(...values)
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, k) => first + k)

const onePeer = topology('one-peer-exponential')
const period = (peers: number) => Math.ceil(Math.log2(peers))
const onePeriod = (peers: number) => rounds(onePeer, peers, period(peers))

/**
 * One-peer exponential rounds in many orders, from small whole numbers: every mean on the way is exact then, and "exact"
 * means no error at all.
 */
function anyOrderError(peers: number, ordered: (matrices: MixingMatrix[]) => MixingMatrix[] = matrices => matrices) {
  const random = createRandom(peers)
  let error = 0
  for (let trial = 0; trial < 10; trial++) {
    let values = Array.from({ length: peers }, () => Float64Array.of(random.integer(1000)))
    const [exact] = preciseMeanOf(values)
    for (const W of ordered(random.shuffle(onePeriod(peers)))) values = applyMixing(W, values)
    error = largest([error, ...values.map(([value]) => Math.abs(value - exact))])
  }
  return error
}

function wrongLengths(length: Length): number {
  const cases = Object.entries(baseLengths).flatMap(([k, lengths]) =>
    Object.entries(lengths).map(([peers, expected]) => length(Number(peers), Number(k)) !== expected),
  )
  return cases.filter(Boolean).length
}

type Length = (peers: number, k: number) => number

/** By how much a length is above 2 log_{k+1} n + 2, at most. */
function beyondBound(length: Length): number {
  return largest(upTo(4).flatMap(k => upTo(300, 2).map(peers => length(peers, k) - bound(peers, k))))
}

const roundsOfPowers = (length: Length) => length(243, 2) + length(1000, 9)

/** Without the trick for numbers with small prime factors: digits of n alone. */
function lengthByDigits(peers: number, k: number, tolerance = 1e-9): number {
  const levels = Math.floor(Math.log(peers) / Math.log(k + 1) + tolerance)
  return peers === (k + 1) ** levels ? levels : 2 * levels + 2
}

/** The largest error of the product of the first rounds, over all n up to 100. @param missing rounds left out at the end */
function baseError(k: number, missing: number): number {
  const of = topology(`base-k:${k}`)
  return largest(
    upTo(100, 2).map(peers =>
      deviationFromMean(product(rounds(of, peers, baseGraph(peers, k).length - missing), peers)),
    ),
  )
}

const baseSizes = [2, 3, 5, 6, 10, 25, 33, 50, 77, 97, 100] as const
/** Over all rounds and some sizes. */
const worstBaseRound = (error: (W: MixingMatrix, k: number) => number) =>
  largest(
    upTo(4).flatMap(k =>
      baseSizes.flatMap(peers =>
        rounds(topology(`base-k:${k}`), peers, baseGraph(peers, k).length).map(W => error(W, k)),
      ),
    ),
  )

const degree = ({ offsets, peers }: MixingMatrix) =>
  largest(Array.from({ length: peers }, (_, i) => offsets[i + 1] - offsets[i]))

/** 1 where D² is refused on the topology. */
function refusesD2(name: string): number {
  try {
    fitRule({ rule: d2, aggregator: mean, topology: topology(name), peers: 16 })
    return 0
  } catch (error) {
    return error instanceof UsageError ? 1 : Number.NaN
  }
}

const gridError = (groupSize: number, axes: number, roundOf: (round: number) => number = round => round) => {
  const [of, peers] = [topology(`moshpit:${groupSize}`), groupSize ** axes]
  return deviationFromMean(
    product(
      upTo(axes).map(round => mixingMatrix(of, peers, roundOf(round - 1))),
      peers,
    ),
  )
}

const grids = [
  [2, 4],
  [3, 3],
  [4, 2],
  [5, 2],
] as const

export const topologyChecks: readonly Check[] = [
  ...[6, 10, 16, 100].map(
    (peers): Check => ({
      line: 'A1.2',
      property: `spectral gap 2/(1 + t) of the exponential graph, ${peers} peers`,
      ...near(2 / (1 + period(peers)), 1e-10),
      measure: () => spectralGap(mixing('exponential', peers)),
      control: {
        broken: 'everybody hears the two beside it',
        measure: () => spectralGap(mixing('ring', peers)),
      },
    }),
  ),
  {
    line: 'A1.2',
    property: 'the exponential graph is doubly stochastic, n = 2 … 64: largest error',
    ...below(1e-12),
    measure: () =>
      largest(upTo(64, 2).flatMap(n => [mixing('exponential', n)].flatMap(W => [rowError(W), columnError(W)]))),
    control: {
      broken: 'senders that each draw four receivers',
      measure: () => largest(upTo(64, 6).map(n => columnError(mixing('epidemic-local:4', n)))),
    },
  },
  {
    line: 'A1.2',
    property: 'the exponential graph is not symmetric: smallest asymmetry, n = 5 … 64',
    expected: '> 0.1',
    measure: () => Math.min(...upTo(64, 5).map(n => asymmetry(mixing('exponential', n)))),
    holds: measured => measured > 0.1,
    control: { broken: 'a hypercube', measure: () => asymmetry(mixing('hypercube', 64)) },
  },
  {
    line: 'A1.2',
    property: 'D² is refused on the exponential graph',
    expected: '1 (refused)',
    measure: () => refusesD2('exponential'),
    holds: measured => measured === 1,
    control: { broken: 'a hypercube', measure: () => refusesD2('hypercube') },
  },

  {
    line: 'A1.3',
    property: 'one-peer exponential, n = 2 … 64 a power of 2: error after t rounds in any order',
    expected: '0',
    measure: () => largest([2, 4, 8, 16, 32, 64].map(peers => anyOrderError(peers))),
    holds: measured => measured === 0,
    control: {
      broken: 'one offset twice, and another never',
      measure: () => anyOrderError(16, matrices => [matrices[0], ...matrices.slice(0, -1)]),
    },
  },
  ...(
    [
      [3, 0.25],
      [6, 0.2165],
      [10, 0.1924],
      [25, 0.1921],
      [100, 0.1916],
    ] as const
  ).map(
    ([peers, left]): Check => ({
      line: 'A1.3',
      property: `‖P − J‖ after one period, ${peers} peers: no power of 2, so not exact`,
      ...near(left, 5.1e-5),
      measure: () => normOf(product(onePeriod(peers), peers)),
      control: {
        broken: 'the last offset is left out',
        measure: () => normOf(product(onePeriod(peers).slice(0, -1), peers)),
      },
    }),
  ),
  {
    line: 'A1.3',
    property: 'one neighbour a round, n = 2 … 100: largest degree',
    expected: '1',
    measure: () => largest(upTo(100, 2).flatMap(n => onePeriod(n).map(degree))),
    holds: measured => measured === 1,
    control: { broken: 'all offsets at once', measure: () => degree(mixing('exponential', 100)) },
  },
  {
    line: 'A1.3',
    property: 'the mean is kept in every round, n = 2 … 100: largest drift',
    ...below(1e-12),
    measure: () => largest(upTo(100, 2).flatMap(n => onePeriod(n).map(meanDrift))),
    control: {
      broken: 'everybody hears one that it draws itself',
      measure: () => meanDrift(mixing('epidemic-local:1', 100)),
    },
  },

  ...upTo(4).map(
    (k): Check => ({
      line: 'A1.4',
      property: `base-k:${k} is exact within its length, n = 2 … 100: largest error`,
      ...below(1e-15),
      measure: () => baseError(k, 0),
      control: { broken: 'the last round is left out', measure: () => baseError(k, 1) },
    }),
  ),
  {
    line: 'A1.4',
    property: 'base-k: lengths T(n, k) that differ from the published construction',
    expected: '0',
    measure: () => wrongLengths((peers, k) => baseGraph(peers, k).length),
    holds: measured => measured === 0,
    control: { broken: 'small prime factors are not made use of', measure: () => wrongLengths(lengthByDigits) },
  },
  {
    line: 'A1.4',
    property: 'base-k: largest of length − (2 log_{k+1} n + 2), n = 2 … 300, k = 1 … 4',
    expected: '≤ 0',
    measure: () => beyondBound((peers, k) => baseGraph(peers, k).length),
    holds: measured => measured <= 1e-9,
    control: {
      broken: 'k is ignored, and pairs are formed',
      measure: () => beyondBound(peers => baseGraph(peers, 1).length),
    },
  },
  {
    line: 'A1.4',
    property: 'powers of k + 1 take as many rounds as the power says: 243 = 3⁵ and 1000 = 10³, sum',
    expected: '8',
    measure: () => roundsOfPowers((peers, k) => baseGraph(peers, k).length),
    holds: measured => measured === 8,
    control: {
      broken: 'logarithms in floating point, rounded down',
      measure: () => roundsOfPowers((peers, k) => lengthByDigits(peers, k, 0)),
    },
  },
  {
    line: 'A1.4',
    property: 'base-k: nobody has more than k neighbours: largest of degree − k',
    expected: '0',
    measure: () => worstBaseRound((W, k) => degree(W) - k),
    holds: measured => measured === 0,
    control: {
      broken: 'boxes with sides of k + 2',
      measure: () => largest(upTo(4).map(k => degree(mixing(`base-k:${k + 1}`, k + 2)) - k)),
    },
  },
  {
    line: 'A1.4',
    property: 'base-k: symmetric and doubly stochastic in every round: largest error',
    ...below(1e-12),
    measure: () => worstBaseRound(W => largest([asymmetry(W), rowError(W), columnError(W)])),
    control: {
      broken: 'the receiver averages plainly',
      measure: () => largest(upTo(5).map(round => asymmetry(rowStochasticMatrix(graph('base-k:2', 7, round))))),
    },
  },
  {
    line: 'C2',
    property: 'base-k:1 … 4 in float32, n ≤ 100: largest error after their length',
    ...below(1e-5),
    measure: () => largest(upTo(4).flatMap(k => baseSizes.map(peers => float32Error(peers, k, 0)))),
    control: {
      broken: 'the last round is left out',
      measure: () => largest(upTo(4).flatMap(k => baseSizes.map(peers => float32Error(peers, k, 1)))),
    },
  },

  {
    line: 'A1.7',
    property: 'Moshpit on full grids M^d is exact after d rounds: largest error',
    ...below(1e-15),
    measure: () => largest(grids.map(([groupSize, axes]) => gridError(groupSize, axes))),
    control: {
      broken: 'always along the same axis',
      measure: () => largest(grids.map(([groupSize, axes]) => gridError(groupSize, axes, () => 0))),
    },
  },
]

function bound(peers: number, k: number): number {
  return (2 * Math.log(peers)) / Math.log(k + 1) + 2
}

/** The largest |x − x̄| when standard normal float32 numbers are averaged. */
function float32Error(peers: number, k: number, missing: number): number {
  const random = createRandom(peers)
  let values = Array.from({ length: peers }, () => Float32Array.of(random.normal()))
  const [exact] = preciseMeanOf(values)
  for (const W of rounds(topology(`base-k:${k}`), peers, baseGraph(peers, k).length - missing)) {
    values = applyMixing(W, values)
  }
  return largest(values.map(([value]) => Math.abs(value - exact)))
}
