import * as tf from '@tensorflow/tfjs-core'
import { ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON } from './constants.ts'
import { TrainerStateError } from './errors.ts'
import type { OptimizerSpec } from './optimizer-spec.ts'
import { readVariables, variablesLength, writeVariables } from './variables.ts'

/** Turns gradients into changes of variables, and remembers moments between the steps. */
export interface Optimizer {
  /**
   * One step: changes the variables.
   *
   * @param gradients one for each variable, in their order
   * @param step counted from 1
   */
  update(gradients: readonly tf.Tensor[], step: number): void
  /** The moments, each as one flat vector over all variables. */
  state(): Promise<Record<string, Float32Array>>
  /** @throws TrainerStateError where the moments are not those of this optimizer and these variables */
  restore(moments: Readonly<Record<string, Float32Array>>): void
  /** Forgets the moments. */
  reset(): void
  dispose(): void
}

/** What an optimizer does to one variable x, given its gradient g and its moments. */
interface Rule {
  readonly moments: readonly string[]
  update(x: tf.Variable, g: tf.Tensor, moments: readonly tf.Variable[], step: number): void
}

/**
 * Heavy-ball momentum (Polyak, 1964), as in Sutskever et al. (2013):
 *
 *     m ← μ m + g
 *     x ← x − η m
 */
function sgd(η: number, μ: number): Rule {
  if (μ === 0) return { moments: [], update: (x, g) => x.assign(tf.sub(x, tf.mul(g, η))) }
  return {
    moments: ['momentum'],
    update(x, g, [m]) {
      m.assign(tf.add(tf.mul(m, μ), g))
      x.assign(tf.sub(x, tf.mul(m, η)))
    },
  }
}

/**
 * Adam (Kingma and Ba, 2015, algorithm 1):
 *
 *     m ← β₁ m + (1 − β₁) g
 *     v ← β₂ v + (1 − β₂) g²
 *     x ← x − η m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
 *
 * The corrections are moved onto the scalars: η' = η √(1 − β₂ᵗ) / (1 − β₁ᵗ) and ε' = ε √(1 − β₂ᵗ).
 */
function adam(η: number): Rule {
  const [β1, β2, ε] = [ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON]
  return {
    moments: ['firstMoment', 'secondMoment'],
    update(x, g, [m, v], t) {
      m.assign(tf.add(tf.mul(m, β1), tf.mul(g, 1 - β1)))
      v.assign(tf.add(tf.mul(v, β2), tf.mul(tf.square(g), 1 - β2)))
      const correction = Math.sqrt(1 - β2 ** t)
      const step = tf.mul(tf.div(m, tf.add(tf.sqrt(v), ε * correction)), (η * correction) / (1 - β1 ** t))
      x.assign(tf.sub(x, step))
    },
  }
}

function rule(spec: OptimizerSpec): Rule {
  switch (spec.name) {
    case 'sgd':
      return sgd(spec.learningRate, spec.momentum)
    case 'adam':
      return adam(spec.learningRate)
  }
}

/** An optimizer of these variables, its moments zero. Allocates as much as the variables for each moment. */
export function createOptimizer(spec: OptimizerSpec, variables: readonly tf.Variable[]): Optimizer {
  const { moments: names, update } = rule(spec)
  // [moments, variables]
  const moments = names.map(() => variables.map(x => tf.tidy(() => tf.variable(tf.zerosLike(x), false))))
  return {
    update(gradients, step) {
      tf.tidy(() => {
        for (const [i, x] of variables.entries()) {
          const ofVariable = moments.map(moment => moment[i])
          update(x, gradients[i], ofVariable, step)
        }
      })
    },
    async state() {
      const vectors = await Promise.all(moments.map(variablesOfMoment => readVariables(variablesOfMoment)))
      return Object.fromEntries(names.map((name, i) => [name, vectors[i]]))
    },
    restore(saved) {
      const length = variablesLength(variables)
      for (const name of names) {
        if (saved[name]?.length === length) continue
        throw new TrainerStateError(
          `the saved state has ${saved[name]?.length ?? 'no'} elements of '${name}', ` +
            `${spec.name} on this model needs ${length}: it belongs to another model or optimizer`,
        )
      }
      for (const [i, name] of names.entries()) writeVariables(moments[i], saved[name])
    },
    reset() {
      for (const variable of moments.flat()) tf.tidy(() => variable.assign(tf.zerosLike(variable)))
    },
    dispose() {
      tf.dispose(moments.flat())
    },
  }
}
