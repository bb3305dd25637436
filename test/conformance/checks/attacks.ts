import type { WeightedVector } from '../../../src/averaging/aggregator.ts'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { alie, hiddenDeviations } from '../../../src/averaging/attacks/alie.ts'
import type { Attack, AttackView } from '../../../src/averaging/attacks/attack.ts'
import { parseAttack } from '../../../src/averaging/attacks/registry.ts'
import { distance, norm, preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { below, type Check, near } from '../check.ts'

const LENGTH = 200

/** A receiver with five honest neighbours and two byzantine ones, each with its own weight. */
function situation(): AttackView {
  const random = createRandom('attacks')
  const vector = () => Float64Array.from({ length: LENGTH }, () => 1 + random.normal())
  const honest = [0.05, 0.1, 0.1, 0.15, 0.2].map((weight): WeightedVector => ({ weight, vector: vector() }))
  return { own: vector(), receiver: vector(), honest, byzantine: { count: 2, weight: 0.15 }, random }
}

function lie(attack: string | Attack, view: AttackView): Float64Array {
  const out = new Float64Array(LENGTH)
  const { forge } = typeof attack === 'string' ? parseAttack(attack) : attack
  forge?.(view, out)
  return out
}

/** The receiver's mean of everything that it is told, the lie once with the weight of all byzantine peers. */
function after(view: AttackView, told: Vector): Float64Array {
  const out = new Float64Array(LENGTH)
  const neighbours = [...view.honest, { weight: view.byzantine.weight, vector: told }]
  mean.aggregate(view.receiver, neighbours, out)
  return out
}

function movedByDissensus(epsilon: number): number {
  const view = situation()
  return distance(after(view, lie(`dissensus:${epsilon}`, view)), view.receiver)
}

const standstill: Check = {
  line: 'A7.31',
  property: 'the dissensus with ε = 1 keeps the receiver where it is, if it takes the weighted mean',
  ...below(1e-12),
  measure: () => movedByDissensus(1),
  control: { broken: 'ε = 1.5, which drives it away', measure: () => movedByDissensus(1.5) },
}

const hiding: Check = {
  line: 'A7.31',
  property: 'ALIE among 50 peers of which 24 lie: z = Φ⁻¹(24/26)',
  ...near(1.4260769, 1e-6),
  measure: () => hiddenDeviations(26, 24),
  control: { broken: 'shares of all peers instead of the honest', measure: () => hiddenDeviations(50, 24) },
}

/** Mean over the coordinates of (lie − μ) / σ, of the honest and the receiver. */
function standardised(told: Float64Array, view: AttackView): number {
  const vectors = [view.receiver, ...view.honest.map(({ vector }) => vector)]
  const mu = preciseMeanOf(vectors)
  const deviations = told.map((value, p) => {
    const squares = vectors.reduce((sum, vector) => sum + (vector[p] - mu[p]) ** 2, 0)
    return (value - mu[p]) / Math.sqrt(squares / (vectors.length - 1))
  })
  return deviations.reduce((sum, one) => sum + one, 0) / LENGTH
}

const deviating: Check = {
  line: 'A7.31',
  property: 'ALIE with z = 1.5 is 1.5 standard deviations below the mean of the honest',
  ...near(-1.5, 1e-9),
  measure: () => standardised(lie('alie:1.5', situation()), situation()),
  control: {
    broken: 'the deviation is added',
    measure: () => standardised(lie(alie(-1.5), situation()), situation()),
  },
}

const backwards: Check = {
  line: 'A7.31',
  property: 'IPM is −0.1 times the mean of the honest: its share of that mean',
  ...near(-0.1, 1e-12),
  measure: () => shareOfHonestMean(lie('ipm', situation())),
  control: {
    broken: 'the negative of one honest message',
    measure: () => shareOfHonestMean(situation().own.map(x => -x)),
  },
}

function shareOfHonestMean(told: Vector): number {
  const view = situation()
  const mu = preciseMeanOf([view.receiver, ...view.honest.map(({ vector }) => vector)])
  const product = mu.reduce((sum, value, p) => sum + value * told[p], 0)
  return product / norm(mu) ** 2
}

function sumWithOwn(told: Vector): number {
  const { own } = situation()
  return norm(own.map((value, p) => value + told[p]))
}

const flipped: Check = {
  line: 'A7.31',
  property: 'sign flip cancels what an honest peer would have sent',
  ...below(1e-15),
  measure: () => sumWithOwn(lie('sign-flip', situation())),
  control: { broken: 'the message as it is', measure: () => sumWithOwn(situation().own) },
}

function deviationOfNoise(told: Float64Array): number {
  return Math.sqrt(told.reduce((sum, value) => sum + value ** 2, 0) / LENGTH)
}

const standardNoise: Attack = {
  name: 'standard noise',
  forge({ random }, out) {
    for (let p = 0; p < out.length; p++) out[p] = random.normal()
  },
}

const noisy: Check = {
  line: 'A7.31',
  property: 'the Gaussian attack has standard deviation 200',
  // Three standard errors of the deviation of 200 draws.
  ...near(200, (3 * 200) / Math.sqrt(2 * LENGTH)),
  measure: () => deviationOfNoise(lie('gaussian', situation())),
  control: { broken: 'standard normal noise', measure: () => deviationOfNoise(lie(standardNoise, situation())) },
}

/** How many of ten classes a relabelling leaves as they are, or does not bring back when done twice. */
function unchanged(relabel: (label: number, classes: number) => number): number {
  const classes = Array.from({ length: 10 }, (_, label) => label)
  return classes.filter(label => {
    const flipped = relabel(label, 10)
    return flipped === label || relabel(flipped, 10) !== label
  }).length
}

const relabelled: Check = {
  line: 'A7.31',
  property: 'label flip gives all of ten classes another label, and back when done twice: exceptions',
  expected: '0',
  holds: measured => measured === 0,
  measure: () => unchanged(parseAttack('label-flip').relabel ?? (label => label)),
  control: { broken: 'the next class instead of the mirrored one', measure: () => unchanged((c, of) => (c + 1) % of) },
}

export const attackChecks: readonly Check[] = [standstill, hiding, deviating, backwards, flipped, noisy, relabelled]
