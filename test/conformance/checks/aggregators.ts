import type { Aggregator, WeightedVector } from '../../../src/averaging/aggregator.ts'
import { clipped, clippedMean } from '../../../src/averaging/aggregators/clipped.ts'
import { krum } from '../../../src/averaging/aggregators/krum.ts'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { parseAggregator } from '../../../src/averaging/aggregators/registry.ts'
import { mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { parseRule } from '../../../src/averaging/rules/registry.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { none } from '../../../src/parameters/codecs/none.ts'
import { distance, preciseMeanOf, squaredDistance, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check, near } from '../check.ts'
import { type Defence, errorAfterLies, type Lie, type TunableChain } from '../reproductions/tunable-chain.ts'

/** Those that count votes; all can bear two byzantine peers of eleven. */
const voting = ['median', 'trimmed-mean:2', 'geometric-median', 'krum:2', 'multi-krum:2'].map(parseAggregator)
const adaptive = parseAggregator('clipped')
const all = [...voting, mean, clipped(1), adaptive]
const VECTORS = 11
const BYZANTINE = 2
const LENGTH = 40

function normalVectors(count: number, length: number, random: Random): Float64Array[] {
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()))
}

function aggregated(aggregator: Aggregator, vectors: readonly Vector[]): Float64Array {
  const [own, ...others] = vectors
  const neighbours = others.map(vector => ({ vector, weight: 1 / vectors.length }))
  const out = new Float64Array(own.length)
  aggregator.aggregate(own, neighbours, out)
  return out
}

/** The largest of a measure over aggregators and seeds. */
function worst(
  aggregators: readonly Aggregator[],
  measure: (aggregator: Aggregator, random: Random) => number,
): number {
  return Math.max(
    ...aggregators.flatMap(one => [1, 2, 3].map(seed => measure(one, createRandom(`${one.name}/${seed}`)))),
  )
}

/** An aggregator that is broken on purpose. */
function broken(aggregate: (vectors: readonly Vector[], out: Vector) => void): Aggregator {
  return {
    name: 'broken',
    misfit: () => undefined,
    aggregate: (own, neighbours, out) => aggregate([own, ...neighbours.map(({ vector }) => vector)], out),
  }
}

const firstComesFirst = broken((vectors, out) => {
  vectors.forEach((vector, k) => {
    for (let p = 0; p < out.length; p++) out[p] += vector[p] / 2 ** (k + 1)
  })
})

/** Weiszfeld's algorithm from 0, as it was shipped: wherever it has got to after a few steps. */
const weiszfeldFromZero = broken((vectors, out) => {
  for (let step = 0; step < 2; step++) {
    const pulls = vectors.map(vector => 1 / Math.max(0.1, distance(out, vector)))
    const total = pulls.reduce((sum, pull) => sum + pull, 0)
    for (let p = 0; p < out.length; p++) {
      out[p] = vectors.reduce((sum, vector, k) => sum + (pulls[k] / total) * vector[p], 0)
    }
  }
})

/** Multi-Krum that returns the sum of those it has chosen. */
const summingKrum = broken((vectors, out) => {
  const chosen = vectors.slice(0, VECTORS - BYZANTINE - 2)
  for (let p = 0; p < out.length; p++) out[p] = chosen.reduce((sum, vector) => sum + vector[p], 0)
})

const permuted: Check = {
  line: 'A7.30',
  property: 'whatever the order of the vectors, the result is the same',
  ...below(1e-12),
  measure: () => worst(voting, changeByOrder),
  control: { broken: 'weights by order of arrival', measure: () => worst([firstComesFirst], changeByOrder) },
}

function changeByOrder(aggregator: Aggregator, random: Random): number {
  const vectors = normalVectors(VECTORS, LENGTH, random)
  return distance(aggregated(aggregator, vectors), aggregated(aggregator, random.shuffle(vectors.slice())))
}

const translated: Check = {
  line: 'A7.30',
  property: 'vectors that are all moved alike move the result alike',
  ...below(1e-10),
  measure: () => worst(all, changeByMoving),
  control: {
    broken: "Weiszfeld's algorithm started from 0",
    measure: () => worst([weiszfeldFromZero], changeByMoving),
  },
}

function changeByMoving(aggregator: Aggregator, random: Random): number {
  const vectors = normalVectors(VECTORS, LENGTH, random)
  const [move] = normalVectors(1, LENGTH, random)
  const moved = (vector: Vector) => Float64Array.from(vector, (value, p) => value + 10 * move[p])
  return distance(moved(aggregated(aggregator, vectors)), aggregated(aggregator, vectors.map(moved)))
}

const unanimous: Check = {
  line: 'A7.30',
  property: 'what all agree on is the result',
  ...below(1e-12),
  measure: () => worst(all, changeOfTheUnanimous),
  control: { broken: 'multi-Krum that returns a sum', measure: () => worst([summingKrum], changeOfTheUnanimous) },
}

function changeOfTheUnanimous(aggregator: Aggregator, random: Random): number {
  const [vector] = normalVectors(1, LENGTH, random)
  return distance(aggregated(aggregator, new Array<Vector>(VECTORS).fill(vector)), vector)
}

const inRange: Check = {
  line: 'A7.30',
  property: 'two byzantine peers of eleven at 10⁶ leave every coordinate in the range of the honest',
  ...below(1e-12),
  measure: () => worst(voting, leaveTheRange),
  control: { broken: 'the mean', measure: () => worst([mean], leaveTheRange) },
}

/** How far the result is outside of the range of the honest, in the worst coordinate. */
function leaveTheRange(aggregator: Aggregator, random: Random): number {
  const honest = normalVectors(VECTORS - BYZANTINE, LENGTH, random)
  const forged = normalVectors(BYZANTINE, LENGTH, random).map(lie => lie.map(value => 1e6 * (1 + value / 10)))
  const beyond = aggregated(aggregator, [...honest, ...forged]).map((value, p) => {
    const values = honest.map(vector => vector[p])
    return Math.max(value - Math.max(...values), Math.min(...values) - value)
  })
  return Math.max(0, ...beyond)
}

/** How often Krum chooses another vector than the definition, written out with the power of the distances in the score. */
function choosesAnother(power: number): number {
  const random = createRandom('krum')
  let others = 0
  for (let trial = 0; trial < 300; trial++) {
    const vectors = normalVectors(VECTORS, 2, random)
    const score = (vector: Vector) =>
      vectors
        .filter(other => other !== vector)
        .map(other => distance(vector, other) ** power)
        .sort((a, b) => a - b)
        .slice(0, VECTORS - BYZANTINE - 2)
        .reduce((sum, one) => sum + one, 0)
    const best = vectors.reduce((a, b) => (score(b) < score(a) ? b : a))
    if (squaredDistance(aggregated(krum(BYZANTINE), vectors), best) > 0) others++
  }
  return others
}

const krumChooses: Check = {
  line: 'A7.30',
  property: "Krum's score sums squared distances: it chooses what the definition chooses, 300 times",
  expected: '0 others',
  holds: measured => measured === 0,
  measure: () => choosesAnother(2),
  control: { broken: 'the squared distances are squared again', measure: () => choosesAnother(4) },
}

const multiKrumAverages: Check = {
  line: 'B.h',
  property: 'multi-Krum gives the mean of m − F − 2 of the vectors, not their sum',
  ...below(1e-12),
  measure: () => worst([parseAggregator('multi-krum:2')], fromTheMeanOfSome),
  control: { broken: 'multi-Krum that returns a sum', measure: () => worst([summingKrum], fromTheMeanOfSome) },
}

/** The tight ones are chosen where the others are far: so many as are to be averaged, less spread than between any others. */
function fromTheMeanOfSome(aggregator: Aggregator, random: Random): number {
  const tight = normalVectors(VECTORS - BYZANTINE - 2, LENGTH, random)
  const far = normalVectors(BYZANTINE + 2, LENGTH, random).map(vector => vector.map(value => 1e3 * value))
  return distance(aggregated(aggregator, [...tight, ...far]), preciseMeanOf(tight))
}

const unclipped: Check = {
  line: 'A7.31',
  property: 'ClippedGossip with τ = ∞ is D-PSGD',
  ...below(1e-15),
  measure: () => fromTheMean(Number.POSITIVE_INFINITY),
  control: { broken: 'a finite τ, which clips', measure: () => fromTheMean(1) },
}

function weighted(random: Random): { own: Float64Array; neighbours: WeightedVector[] } {
  const [own, ...others] = normalVectors(VECTORS, LENGTH, random)
  const weights = random.dirichlet(1, VECTORS)
  return { own, neighbours: others.map((vector, k) => ({ vector, weight: weights[k] })) }
}

function fromTheMean(radius: number): number {
  const { own, neighbours } = weighted(createRandom('unclipped'))
  const [clippedOut, meanOut] = [new Float64Array(LENGTH), new Float64Array(LENGTH)]
  clippedMean(own, neighbours, () => radius, clippedOut)
  mean.aggregate(own, neighbours, meanOut)
  return distance(clippedOut, meanOut)
}

const bounded: Check = {
  line: 'A7.31',
  property: 'ClippedGossip moves a peer by at most Σ_j w_ij τ; the largest share of that, with byzantine peers at 10⁶',
  expected: '<= 1',
  holds: measured => measured <= 1 + 1e-9,
  measure: () => worst([clipped(0.3)], shareOfTheBound(0.3)),
  control: { broken: 'what is far is not clipped', measure: () => worst([mean], shareOfTheBound(0.3)) },
}

function shareOfTheBound(radius: number) {
  return (aggregator: Aggregator, random: Random): number => {
    const { own, neighbours } = weighted(random)
    neighbours[0].vector.fill(1e6)
    const out = new Float64Array(LENGTH)
    aggregator.aggregate(own, neighbours, out)
    return distance(own, out) / (radius * neighbours.reduce((sum, { weight }) => sum + weight, 0))
  }
}

const byBothSides: Check = {
  line: 'A7.31',
  property: 'clipped by the smaller radius of both sides, which is another for each two, D-PSGD keeps the mean of all',
  ...below(1e-12),
  measure: () => shiftOfTheMean(parseRule('dpsgd', { aggregator: adaptive, codec: none })),
  control: { broken: 'one side clips alone, by its own radius', measure: () => shiftOfTheMean(dpsgd(adaptive)) },
}

/** Of peers on a ring, one of which is far from all, in ten rounds. */
function shiftOfTheMean(rule: AveragingRule): number {
  const start = normalVectors(VECTORS, LENGTH, createRandom('both sides'))
  start[3] = start[3].map(value => 30 * value)
  const driven = driveRule(rule, start)
  const W = mixingMatrix(ring, VECTORS, 0)
  for (let round = 0; round < 10; round++) driven.round(W)
  return distance(preciseMeanOf(driven.estimates()), preciseMeanOf(start))
}

/** One figure of the tunable chain, and another defence or setting that gives another. */
function chain(
  figure: readonly [chain: TunableChain, lie: Lie, defence: Defence, expected: number, tolerance: number],
  control: readonly [broken: string, chain: TunableChain, lie: Lie, defence: Defence],
): Check {
  const [setting, lie, defence, expected, tolerance] = figure
  return {
    line: 'C9',
    property: `tunable chain, β = ${setting.bottleneck}, δ = ${setting.byzantine}, ${lie} attack: the error of ${defence}`,
    ...near(expected, tolerance),
    measure: () => errorAfterLies(setting, lie, defence),
    control: { broken: control[0], measure: () => errorAfterLies(control[1], control[2], control[3]) },
  }
}

const wide: TunableChain = { bottleneck: 0.267, byzantine: 0.1 }
const heavier: TunableChain = { bottleneck: 0.267, byzantine: 0.2 }
const narrow: TunableChain = { bottleneck: 0.12, byzantine: 0.1 }

export const aggregatorChecks: readonly Check[] = [
  permuted,
  translated,
  unanimous,
  inRange,
  krumChooses,
  multiKrumAverages,
  unclipped,
  bounded,
  byBothSides,
  chain([wide, 'constant', 'mean', 248.8, 0.1], ['byzantine peers with twice the weight', heavier, 'constant', 'mean']),
  chain([wide, 'constant', 'clipped', 0, 0.05], ['no clipping', wide, 'constant', 'mean']),
  chain([wide, 'constant', 'median', 10_000, 1e-6], ['the mean in its place', wide, 'constant', 'mean']),
  chain([wide, 'constant', 'trimmed', 10_000, 1e-6], ['the mean in its place', wide, 'constant', 'mean']),
  chain([wide, 'dissensus', 'mean', 10_000, 1e-6], ['a constant lie', wide, 'constant', 'mean']),
  chain([heavier, 'constant', 'clipped', 2.4, 0.05], ['the dissensus', heavier, 'dissensus', 'clipped']),
  chain([heavier, 'dissensus', 'clipped', 10.7, 0.05], ['a constant lie', heavier, 'constant', 'clipped']),
  chain([narrow, 'dissensus', 'clipped', 1272, 1], ['a wider bottleneck', wide, 'dissensus', 'clipped']),
]
