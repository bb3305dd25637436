import * as tf from '@tensorflow/tfjs-core'
import { ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON } from '../constants.ts'
import { type FusedUpdates, fusedUpdates } from '../kernels/fused-update.ts'
import { readVariables, variablesLength, writeVariables } from '../variables.ts'
import { clippedByGlobalNorm, composedUpdates } from './composed-update.ts'
import { learningRateAt } from './learning-rate.ts'
import { momentsOf, requireMoments } from './moments.ts'
import type { OptimizerSpec } from './optimizer-spec.ts'

/** The state that an optimizer carries from step to step. */
interface OptimizerState {
  /** By name, each as one flat vector over all variables. */
  readonly moments: Readonly<Record<string, Float32Array>>
  /** Steps that the moments have seen. */
  readonly steps: number
}

/** Turns gradients into changes of variables, and remembers moments between the steps. */
export interface Optimizer {
  /**
   * One step: changes the variables.
   *
   * @param gradients one for each variable, in their order
   * @param ofRun which one of the run, counted from 1: where it stands in the schedule
   */
  update(gradients: readonly tf.Tensor[], ofRun: number): void
  state(): Promise<OptimizerState>
  /** @throws TrainerStateError where the moments are not those of this optimizer and these variables */
  restore(state: OptimizerState): void
  /** Forgets the moments, and that there were steps. */
  reset(): void
  dispose(): void
}

/** An optimizer's step, the same for every variable. */
interface Rule {
  /**
   * Sets what is the same for all variables.
   *
   * @param η learning rate of this step
   * @param t which step these moments see, counted from 1
   * @param s what gradients are multiplied by
   */
  begin(η: number, t: number, s: number): void
  /** Changes x and its moments. @param decays whether x shrinks */
  apply(x: tf.Variable, g: tf.Tensor, moments: readonly tf.Variable[], decays: boolean): void
}

type Updates = Omit<FusedUpdates, 'sumOfSquares'>

/**
 * Heavy-ball momentum (Polyak, 1964), as in Sutskever et al. (2013):
 *
 *     m ← μ m + g
 *     x ← x − η m
 *
 * The settings are made once and set again for each step, so that a step makes no garbage.
 */
function sgd(updates: Updates, momentum: number, decay: number): Rule {
  const still = { learningRate: 0, momentum, weightDecay: 0, gradientScale: 1 }
  const shrinking = { ...still, weightDecay: decay }
  return {
    begin(η, _t, s) {
      still.learningRate = shrinking.learningRate = η
      still.gradientScale = shrinking.gradientScale = s
    },
    apply(x, g, moments, decays) {
      updates.sgd(x, g, moments[0], decays ? shrinking : still)
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
function adam(updates: Updates, beta2: number, decay: { coupledDecay: number } | { decoupledDecay: number }): Rule {
  const constants = { beta1: ADAM_BETA_1, beta2, epsilon: ADAM_EPSILON }
  const still = { ...constants, learningRate: 0, coupledDecay: 0, decoupledDecay: 0, step: 0, gradientScale: 1 }
  const shrinking = { ...still, ...decay }
  return {
    begin(η, t, s) {
      still.learningRate = shrinking.learningRate = η
      still.step = shrinking.step = t
      still.gradientScale = shrinking.gradientScale = s
    },
    apply(x, g, moments, decays) {
      updates.adam(x, g, moments[0], moments[1], decays ? shrinking : still)
    },
  }
}

function rule(spec: OptimizerSpec, updates: Updates): Rule {
  const decay = spec.weightDecay ?? 0
  switch (spec.name) {
    case 'sgd':
      return sgd(updates, spec.momentum, decay)
    case 'adam':
      return adam(updates, spec.beta2 ?? ADAM_BETA_2, { coupledDecay: decay })
    case 'adamw':
      return adam(updates, spec.beta2 ?? ADAM_BETA_2, { decoupledDecay: decay })
  }
}

/**
 * An optimizer of these variables, its moments zero. Allocates as much as the variables for each moment, and on backends
 * with fused kernels nothing after that. Of the backend that is selected now, and stays with it.
 *
 * A step first clips the gradients by their global norm, then lets weights decay: `sgd` and `adam` add λx to the gradient,
 * the gradient of an L2 penalty; `adamw` decouples the decay from the gradient (Loshchilov and Hutter, 2019, algorithm 2),
 * x ← x − ηλx, with the learning rate in it, as PyTorch and most others do: λ is the paper's divided by η.
 *
 * Only variables of rank 2 and more decay. What they hold multiplies inputs, and large weights are what a penalty is
 * meant to avoid; a bias or a normalisation's gain has one value for a whole channel, cannot overfit much, and a gain
 * that shrinks towards 0 would silence its channel.
 */
export function createOptimizer(spec: OptimizerSpec, variables: readonly tf.Variable[]): Optimizer {
  const fused = fusedUpdates(tf.getBackend())
  const names = momentsOf(spec)
  const { begin, apply } = rule(spec, fused ?? composedUpdates)
  const { clipNorm } = spec
  // [moments, variables]
  const moments = names.map(() => variables.map(x => tf.tidy(() => tf.variable(tf.zerosLike(x), false))))
  // [variables, moments]
  const ofVariable = variables.map((_x, i) => moments.map(moment => moment[i]))
  const decays = variables.map(({ rank }) => rank >= 2)
  let steps = 0

  function applyAll(gradients: readonly tf.Tensor[]): void {
    for (let i = 0; i < variables.length; i++) apply(variables[i], gradients[i], ofVariable[i], decays[i])
  }

  return {
    update(gradients, ofRun) {
      steps++
      const η = learningRateAt(spec, ofRun)
      if (fused !== undefined) {
        begin(η, steps, clipNorm === undefined ? 1 : scaleToNorm(fused, gradients, clipNorm))
        applyAll(gradients)
        return
      }
      begin(η, steps, 1)
      tf.tidy(() => applyAll(clipNorm === undefined ? gradients : clippedByGlobalNorm(gradients, clipNorm)))
    },
    async state() {
      const vectors = await Promise.all(moments.map(variablesOfMoment => readVariables(variablesOfMoment)))
      return { moments: Object.fromEntries(names.map((name, i) => [name, vectors[i]])), steps }
    },
    restore(saved) {
      requireMoments(spec, saved.moments, variablesLength(variables))
      for (const [i, name] of names.entries()) writeVariables(moments[i], saved.moments[name])
      steps = saved.steps
    },
    reset() {
      for (const variable of moments.flat()) tf.tidy(() => variable.assign(tf.zerosLike(variable)))
      steps = 0
    },
    dispose() {
      tf.dispose(moments.flat())
    },
  }
}

/** The scale of {@link clippedByGlobalNorm}, where the norm can be read at no cost. */
function scaleToNorm(fused: FusedUpdates, gradients: readonly tf.Tensor[], clipNorm: number): number {
  let squares = 0
  for (const g of gradients) squares += fused.sumOfSquares(g)
  return Math.min(1, clipNorm / Math.sqrt(squares))
}
