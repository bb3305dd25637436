import type { Codec } from '../../parameters/codecs/codec.ts'
import { compress } from '../../parameters/codecs/compress.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import { createOuterStep } from '../outer-step.ts'
import type { LiveRule } from '../rule.ts'
import { addWeightedDifferences } from '../weighted-differences.ts'

interface NolocoState {
  /** θ_i: what training changes. */
  readonly theta: Vector
  /** φ_i: where it started from. */
  readonly phi: Vector
  /** δ_i, of the outer optimiser. */
  readonly delta: Vector
  /** Q(θ_i), as the partner has it. */
  readonly sent: Vector
}

/** η and μ, where a recipe says nothing of them. */
const DEFAULTS = [0.7, 0.5] as const

/**
 * δ ← μ δ + η (m(θ) − φ); φ ← φ + δ, in place.
 *
 * @param mean m(θ), of the pair
 */
function nolocoStep(mean: Vector, phi: Vector, delta: Vector, learningRate: number, mu: number): void {
  for (let i = 0; i < phi.length; i++) {
    delta[i] = mu * delta[i] + learningRate * (mean[i] - phi[i])
    phi[i] += delta[i]
  }
}

/**
 * NoLoCo: DiLoCo's outer step in random pairs instead of among all. With m(·) the mean over the pair:
 *
 * δ_i ← μ δ_i + η m(θ − φ) + η (m(φ) − φ_i); φ_i ← φ_i + δ_i; θ_i ← φ_i.
 *
 * Kolehmainen et al. 2025, "NoLoCo: No-all-reduce Low Communication Training Method for Large Models", as its authors'
 * program has it: the last term, which brings the φ together, with the factor of the one before. Then the two are
 * η (m(θ) − φ_i), and θ is all that needs to travel. The mean of the φ moves by heavy-ball momentum.
 *
 * @param learningRate η
 * @param mu μ
 */
export function noloco(
  name: string,
  codec: Codec,
  learningRate: number = DEFAULTS[0],
  mu: number = DEFAULTS[1],
): LiveRule<NolocoState> {
  return {
    name,
    hint: 'in pairs, then a step with momentum: long training between averages',
    live: {
      schedule: 'pairs',
      outerStep: parameters =>
        createOuterStep(parameters, (theta, phi, delta) => nolocoStep(theta, phi, delta, learningRate, mu)),
    },
    movesMean: true,
    travels: 'rounded',
    mixing: 'pairwise',
    message: { vectors: 1, scalars: 0, to: 'all' },
    start(parameters, { allocate }) {
      const [theta, phi, delta, sent] = [0, 1, 2, 3].map(() => allocate(parameters.length))
      theta.set(parameters)
      phi.set(parameters)
      return { theta, phi, delta, sent }
    },
    train: ({ theta }, update) => addScaled(theta, 1, update),
    send({ theta, sent }, _link, message, random) {
      const bytes = compress(codec, theta, random, sent)
      message.vectors[0].set(sent)
      return bytes
    },
    merge({ theta, phi, delta, sent }, received) {
      const partners = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
      addWeightedDifferences([theta], sent, partners)
      nolocoStep(theta, phi, delta, learningRate, mu)
      theta.set(phi)
    },
    estimate: ({ theta }) => theta,
  }
}
