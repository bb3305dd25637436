import type { Codec } from '../../parameters/codecs/codec.ts'
import { none } from '../../parameters/codecs/none.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import { compressWithFeedback } from '../error-feedback.ts'
import type { LiveForm } from '../live-form.ts'
import { createOuterStep } from '../outer-step.ts'
import { type LiveRule, plainBytes } from '../rule.ts'
import { complete } from '../topologies/complete.ts'

interface DilocoState {
  /** θ_i: what training changes. */
  readonly theta: Vector
  /** φ: where all started from; the same everywhere. */
  readonly phi: Vector
  /** b, of the outer optimiser. */
  readonly momentum: Vector
  /** The part of θ_i − φ that compression has kept back; empty without it. */
  readonly memory: Vector
}

/** η and μ, where a recipe says nothing of them. */
const DEFAULTS = [0.7, 0.9] as const

/**
 * Δ = φ − m; b ← μ b + Δ; φ ← φ − η (Δ + μ b), in place.
 *
 * @param mean m, the mean of the θ_i; or, where it is `relative`, the mean of θ_i − φ
 */
function dilocoStep(
  mean: Vector,
  phi: Vector,
  momentum: Vector,
  learningRate: number,
  mu: number,
  relative = false,
): void {
  for (let i = 0; i < phi.length; i++) {
    const gradient = (relative ? 0 : phi[i]) - mean[i]
    momentum[i] = mu * momentum[i] + gradient
    phi[i] -= learningRate * (gradient + mu * momentum[i])
  }
}

/**
 * DiLoCo: everybody trains for many steps from the same φ, and the mean of how far they came is a gradient for an outer
 * optimiser, SGD with Nesterov's momentum:
 *
 * Δ = φ − (1/n) Σ_i θ_i; b ← μ b + Δ; φ ← φ − η (Δ + μ b); θ_i ← φ.
 *
 * Douillard et al. 2023, "DiLoCo: Distributed Low-Communication Training of Language Models". With η = 1 and μ = 0 it is
 * plain averaging. With a codec, θ_i − φ travels compressed, with error feedback. Then nobody ever says where it stands: that needs
 * the same start everywhere, and every message, since a peer that misses one has another φ from then on.
 *
 * @param learningRate η
 * @param mu μ
 */
export function diloco(
  name: string,
  codec: Codec,
  learningRate: number = DEFAULTS[0],
  mu: number = DEFAULTS[1],
): LiveRule<DilocoState> {
  const plain = codec === none

  return {
    name,
    hint: 'the mean of all, then a step with momentum: long training between averages',
    live: liveDiloco(learningRate, mu),
    travels: 'compressed',
    mixing: 'all',
    constantLinks: !plain,
    message: { vectors: 1, scalars: 0, to: 'all' },
    start(parameters, { allocate }) {
      const [theta, phi, momentum] = [0, 1, 2].map(() => allocate(parameters.length))
      theta.set(parameters)
      phi.set(parameters)
      return { theta, phi, momentum, memory: allocate(plain ? 0 : parameters.length) }
    },
    train: ({ theta }, update) => addScaled(theta, 1, update),
    send({ theta, phi, memory }, _link, message, random) {
      const [out] = message.vectors
      if (plain) {
        out.set(theta)
        return plainBytes(message)
      }
      for (let i = 0; i < theta.length; i++) memory[i] += theta[i] - phi[i]
      return compressWithFeedback(codec, memory, random, out)
    },
    merge({ theta, phi, momentum }, received) {
      for (const { message } of received) {
        dilocoStep(message.vectors[0], phi, momentum, learningRate, mu, !plain)
      }
      theta.set(phi)
    },
    estimate: ({ theta }) => theta,
  }
}

/** A round over the complete graph gives everybody the mean of all, from which each steps by itself. */
function liveDiloco(learningRate: number, mu: number): LiveForm {
  return {
    schedule: 'rounds',
    outerStep: parameters =>
      createOuterStep(parameters, (mean, phi, momentum) => dilocoStep(mean, phi, momentum, learningRate, mu)),
    misfit({ topology, localSteps }) {
      if (localSteps === 'auto') {
        return 'diloco makes an outer step for all in step, so exchange.localSteps is a number; for auto take noloco'
      }
      if (topology !== complete) {
        return 'diloco needs the mean of all: take the topology complete, or the rule noloco, which needs pairs'
      }
      return undefined
    },
  }
}
