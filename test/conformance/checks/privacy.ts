import { chacha20Words, type Seed } from '../../../src/averaging/privacy/chacha20.ts'
import { SecureAggregationError } from '../../../src/averaging/privacy/errors.ts'
import { type FixedPoint, fromFixedPoint, toFixedPoint } from '../../../src/averaging/privacy/fixed-point.ts'
import { privatise } from '../../../src/averaging/privacy/gaussian-mechanism.ts'
import { maskShare, sumOfShares } from '../../../src/averaging/privacy/pairwise-masks.ts'
import { epsilonAfter, neighbourEpsilon, renyiDivergence } from '../../../src/averaging/privacy/renyi-accountant.ts'
import { addZeroSumNoise } from '../../../src/averaging/privacy/zero-sum-noise.ts'
import { distance, norm, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { below, type Check, near } from '../check.ts'

function normalVectors(count: number, length: number, seed: string): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()))
}

// Differential privacy.

function changeBy(mechanism: { clip: number; noise: number }): number {
  const [vector] = normalVectors(1, 100, 'identity')
  const out = new Float64Array(vector.length)
  privatise(vector, mechanism, createRandom(1), out)
  return distance(vector, out)
}

const identity: Check = {
  line: 'A8.32',
  property: 'σ = 0 and C = ∞ change nothing',
  expected: '0',
  holds: measured => measured === 0,
  measure: () => changeBy({ clip: Number.POSITIVE_INFINITY, noise: 0 }),
  control: { broken: 'C = 1, of vectors that are longer', measure: () => changeBy({ clip: 1, noise: 0 }) },
}

interface Mechanism {
  readonly clip: number
  readonly noise: number
}

/** Σ (noise / σC)² of 10,000 draws, standardised: a chi-square has mean n and variance 2n. */
function standardisedChiSquare(mechanismOf: (asked: Mechanism) => Mechanism): number {
  const n = 10_000
  const mechanism = { clip: 3, noise: 0.7 }
  const out = new Float64Array(n)
  privatise(new Float64Array(n), mechanismOf(mechanism), createRandom('chi-square'), out)
  const chiSquare = norm(out) ** 2 / (mechanism.noise * mechanism.clip) ** 2
  return (chiSquare - n) / Math.sqrt(2 * n)
}

const variance: Check = {
  line: 'A8.32',
  property: 'the noise has variance σ²C²: chi-square of 10,000 draws, in standard deviations',
  ...near(0, 3),
  measure: () => standardisedChiSquare(asked => asked),
  control: {
    broken: 'C taken for its square root',
    measure: () => standardisedChiSquare(({ clip, noise }) => ({ clip: Math.sqrt(clip), noise })),
  },
}

/** ln E[((1 − q) + q exp((2x − 1) / 2σ²))^α] / (α − 1) over x ~ N(0, σ²), by the trapezoidal rule. */
function integratedDivergence(order: number, noise: number, rate: number): number {
  const [from, to, steps] = [-12 * noise, 12 * noise + order, 20_000]
  let sum = 0
  for (let i = 0; i <= steps; i++) {
    const x = from + ((to - from) * i) / steps
    const density = Math.exp((-x * x) / (2 * noise ** 2)) / (noise * Math.sqrt(2 * Math.PI))
    sum += density * (1 - rate + rate * Math.exp((2 * x - 1) / (2 * noise ** 2))) ** order
  }
  return Math.log((sum * (to - from)) / steps) / (order - 1)
}

const sampled: Check = {
  line: 'A8.32',
  property: 'the divergence of the sampled Gaussian mechanism is the integral that defines it: relative difference',
  ...below(1e-9),
  measure: () => {
    const settings = [2, 3, 8, 17].flatMap(order => [0.01, 0.3].map(rate => [order, rate]))
    return Math.max(
      ...settings.map(([order, samplingRate]) => {
        const expected = integratedDivergence(order, 1.3, samplingRate)
        return Math.abs(renyiDivergence(order, { noise: 1.3, samplingRate }) / expected - 1)
      }),
    )
  },
  control: {
    broken: 'the divergence without sampling, times q',
    measure: () =>
      Math.abs((0.3 * renyiDivergence(8, { noise: 1.3, samplingRate: 1 })) / integratedDivergence(8, 1.3, 0.3) - 1),
  },
}

/** From a Rényi divergence to ε: R(α) + ln(1/δ) / (α − 1) (Mironov 2017). Ours gives less. */
const mironov = (divergence: number, order: number, delta: number) => divergence - Math.log(delta) / (order - 1)

/** ε of the tutorial at order 17. */
function tutorialEpsilon(toEpsilon: typeof mironov): number {
  return toEpsilon(3600 * renyiDivergence(17, { noise: 1.3, samplingRate: 250 / 60_000 }), 17, 1e-5)
}

const published: Check = {
  line: 'A8.32',
  property: 'MNIST tutorial of TensorFlow Privacy (q = 250/60000, σ = 1.3, 3600 steps, δ = 10⁻⁵, order 17): ε',
  ...near(1.18, 0.005),
  measure: () => tutorialEpsilon(mironov),
  control: {
    broken: 'the order where it is less one',
    measure: () => tutorialEpsilon((divergence, order, delta) => divergence - Math.log(delta) / order),
  },
}

/** δ of T Gaussian releases at ε, exactly: Balle and Wang 2018, "Improving the Gaussian Mechanism", theorem 8. */
function exactDelta(epsilon: number, times: number, noise: number): number {
  const mu = Math.sqrt(times) / noise
  return normalTail(epsilon / mu - mu / 2) - Math.exp(epsilon) * normalTail(epsilon / mu + mu / 2)
}

/** P(z > x) by the trapezoidal rule. */
function normalTail(x: number): number {
  const [to, steps] = [x + 40, 40_000]
  let sum = Math.exp((-x * x) / 2) / 2
  for (let i = 1; i <= steps; i++) sum += Math.exp(-((x + ((to - x) * i) / steps) ** 2) / 2)
  return (sum * (to - x)) / steps / Math.sqrt(2 * Math.PI)
}

const sound: Check = {
  line: 'A8.32',
  property: 'the ε of 100 releases with σ = 20 holds for δ = 10⁻⁵: the exact δ over that',
  expected: '0.1 … 1',
  holds: measured => measured > 0.1 && measured <= 1,
  measure: () => exactDelta(epsilonAfter(100, { noise: 20, samplingRate: 1 }, 1e-5), 100, 20) / 1e-5,
  control: {
    broken: 'only half of the releases are counted',
    measure: () => exactDelta(epsilonAfter(50, { noise: 20, samplingRate: 1 }, 1e-5), 100, 20) / 1e-5,
  },
}

/** The distance of what is told of opposite vectors, which the noise has to hide, over σC, and the ε that it gives. */
function epsilonOfOpposites(noise: number): number {
  const clip = 2
  const long = Float64Array.of(300, -400)
  const [a, b] = [new Float64Array(2), new Float64Array(2)]
  privatise(long, { clip, noise: 0 }, createRandom(1), a)
  privatise(
    long.map(x => -x),
    { clip, noise: 0 },
    createRandom(1),
    b,
  )
  return epsilonAfter(10, { noise: (noise * clip) / distance(a, b), samplingRate: 1 }, 1e-6)
}

const local: Check = {
  line: 'A8.32',
  property: 'the local ε of a neighbour hides the two farthest vectors from each other: its ε less that of this pair',
  ...near(0, 1e-12),
  measure: () => neighbourEpsilon(10, 8, 1e-6) - epsilonOfOpposites(8),
  control: {
    broken: 'C for the sensitivity, which is 2C',
    measure: () => epsilonAfter(10, { noise: 8, samplingRate: 1 }, 1e-6) - epsilonOfOpposites(8),
  },
}

/** How far the mean of six peers moves by noise of deviation 100. */
function driftOfTheMean(sharedStream: (own: number) => (lower: number, higher: number) => Random): number {
  const peers = [0, 1, 2, 3, 4, 5]
  const vectors = normalVectors(peers.length, 50, 'zero sum')
  const before = preciseMeanOf(vectors)
  for (const own of peers) {
    const partners = peers.filter(other => other !== own)
    addZeroSumNoise(vectors[own], own, partners, 100, sharedStream(own))
  }
  return distance(before, preciseMeanOf(vectors))
}

const zeroSum: Check = {
  line: 'A8.32',
  property: 'correlated noise of deviation 100 leaves the mean exact: its drift',
  ...below(1e-12),
  measure: () => driftOfTheMean(() => (lower, higher) => createRandom(`${lower}-${higher}`)),
  control: {
    broken: 'every peer draws by itself',
    measure: () => driftOfTheMean(own => (lower, higher) => createRandom(`${own}/${lower}-${higher}`)),
  },
}

// Secure aggregation.

const PEERS = [0, 1, 2, 3, 4]
const FORMAT: FixedPoint = { limit: 4, peers: PEERS.length }

function seedOf(a: number, b: number): Seed {
  return chacha20Words(new Uint32Array(8), [Math.min(a, b), Math.max(a, b), 1], 8)
}

function sharesOf(words: readonly Uint32Array[], round: number): Map<number, Uint32Array> {
  return new Map(
    PEERS.map(own => {
      const share = words[own].slice()
      maskShare(
        share,
        own,
        new Map(PEERS.filter(other => other !== own).map(other => [other, seedOf(own, other)])),
        round,
      )
      return [own, share]
    }),
  )
}

const words = normalVectors(PEERS.length, 1000, 'secure').map(vector => toFixedPoint(vector, FORMAT))

function plainSum(of: readonly Uint32Array[]): Uint32Array {
  return of.reduce((sum, one) => sum.map((word, p) => word + one[p]), new Uint32Array(of[0].length))
}

function differing(a: Uint32Array, b: Uint32Array): number {
  return a.reduce((count, word, p) => count + (word === b[p] ? 0 : 1), 0)
}

const nothingRevealed = () => undefined

const exactSum: Check = {
  line: 'A8.33',
  property: 'the sum of masked shares is that of the plain numbers to the last bit: words that differ, of 1000',
  expected: '0',
  holds: measured => measured === 0,
  measure: () =>
    differing(
      sumOfShares({ round: 7, peers: PEERS, shares: sharesOf(words, 7), revealed: nothingRevealed }),
      plainSum(words),
    ),
  control: {
    broken: 'one peer masks for another round',
    measure: () => {
      const shares = sharesOf(words, 7).set(2, sharesOf(words, 8).get(2) as Uint32Array)
      return differing(sumOfShares({ round: 7, peers: PEERS, shares, revealed: nothingRevealed }), plainSum(words))
    },
  },
}

/** Chi-square of the upper bytes over 256 bins, standardised. */
function unevenness(share: Uint32Array): number {
  const bins = new Float64Array(256)
  for (const word of share) bins[word >>> 24]++
  const expected = share.length / 256
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  return (chiSquare - 255) / Math.sqrt(2 * 255)
}

const uniform: Check = {
  line: 'A8.33',
  property: 'one share of a constant vector is uniform: chi-square of its upper bytes, in standard deviations',
  expected: '< 4',
  holds: measured => measured < 4,
  measure: () => unevenness(maskedConstant(maskShare)),
  control: { broken: 'masks of 31 bits', measure: () => unevenness(maskedConstant(shortMasks)) },
}

const shortMasks: typeof maskShare = (share, _own, seeds, round) => {
  for (const seed of seeds.values()) {
    const mask = chacha20Words(seed, [round, 0, 0], share.length)
    for (let p = 0; p < share.length; p++) share[p] += mask[p] >>> 1
  }
}

function maskedConstant(mask: typeof maskShare): Uint32Array {
  const share = new Uint32Array(100_000).fill(12_345)
  mask(share, 0, new Map([[1, seedOf(0, 1)]]), 3)
  return share
}

const recovered: Check = {
  line: 'A8.33',
  property: 'where a peer drops out, revealed seeds give the sum of the others to the last bit: words that differ',
  expected: '0',
  holds: measured => measured === 0,
  measure: () => differing(withoutPeer3(), plainSum(words.filter((_, peer) => peer !== 3))),
  control: {
    broken: 'the masks of the lost peer stay in the sum',
    measure: () => {
      const shares = sharesOf(words, 7)
      shares.delete(3)
      return differing(plainSum([...shares.values()]), plainSum(words.filter((_, peer) => peer !== 3)))
    },
  },
}

function withoutPeer3(revealed: (survivor: number, dropped: number) => Seed | undefined = seedOf): Uint32Array {
  const shares = sharesOf(words, 7)
  shares.delete(3)
  return sumOfShares({ round: 7, peers: PEERS, shares, revealed })
}

/** 1 where the sum is refused, else 0. */
function refused(sum: () => Uint32Array): number {
  try {
    sum()
    return 0
  } catch (error) {
    if (error instanceof SecureAggregationError) return 1
    throw error
  }
}

const aborted: Check = {
  line: 'A8.33',
  property: 'where a seed is missing that is needed, there is no sum: 1 for an abort',
  expected: '1',
  holds: measured => measured === 1,
  measure: () =>
    refused(() => withoutPeer3((survivor, dropped) => (survivor === 4 ? undefined : seedOf(survivor, dropped)))),
  control: { broken: 'all seeds are there', measure: () => refused(() => withoutPeer3()) },
}

/** Error of the sum of five vectors at ± the limit, or beyond it, over the limit. */
function errorAtTheLimit(format: FixedPoint): number {
  const vectors = PEERS.map(() => Float64Array.of(1e9, -1e9, 4))
  const sum = fromFixedPoint(plainSum(vectors.map(vector => toFixedPoint(vector, format))), format)
  return distance(sum, Float64Array.of(20, -20, 20)) / 4
}

const unwrapped: Check = {
  line: 'A8.33',
  property: 'what is cut off before it is masked does not wrap, however large it was: error over the limit',
  ...below(1e-8),
  measure: () => errorAtTheLimit(FORMAT),
  control: {
    broken: 'room for one peer in the ring, of five',
    measure: () => errorAtTheLimit({ ...FORMAT, peers: 1 }),
  },
}

export const privacyChecks: readonly Check[] = [
  identity,
  variance,
  sampled,
  published,
  sound,
  local,
  zeroSum,
  exactSum,
  uniform,
  recovered,
  aborted,
  unwrapped,
]
