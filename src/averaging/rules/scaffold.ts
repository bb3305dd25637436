import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'

interface ScaffoldState {
  /** What all agreed on when the round began. */
  readonly x: Vector
  /** The local model. */
  readonly y: Vector
  /** c_i: what one step on this peer's own data adds. */
  readonly own: Vector
  /** c: the mean of everyone's c_i. */
  readonly everyones: Vector
  /** K: steps in this round so far. */
  steps: number
}

/**
 * SCAFFOLD with everyone taking part: K local steps y ← y + u − c_i + c, then c_i⁺ = c_i − c + (y − x)/K, c ← c + mean(c_i⁺ −
 * c_i), x ← mean(y) (Karimireddy et al. 2020, "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning", option II,
 * global step size 1). Written in updates: u = −η g with a constant η, so that the control variates c are −η times theirs.
 *
 * Each {@link AveragingRule.train} is one local step. Given the sum of K steps at once, it is right as well, and corrects
 * nothing: what the control variates are for is the drift between two steps.
 */
export const scaffold: AveragingRule<ScaffoldState> = {
  name: 'scaffold',
  mixing: 'all',
  everyStep: true,
  message: { vectors: 2, scalars: 0, to: 'all' },
  start(parameters, { allocate }) {
    const [x, y, own, everyones] = Array.from({ length: 4 }, () => allocate(parameters.length))
    x.set(parameters)
    y.set(parameters)
    return { x, y, own, everyones, steps: 0 }
  },
  train(state, update) {
    const { y, own, everyones } = state
    requireSameLength(y, update)
    for (let p = 0; p < y.length; p++) y[p] += update[p] - own[p] + everyones[p]
    state.steps++
  },
  send({ x, y, own, everyones, steps }, _link, message) {
    const [model, change] = message.vectors
    model.set(y)
    for (let p = 0; p < x.length; p++) {
      change[p] = steps > 0 ? (y[p] - x[p]) / steps - everyones[p] : 0
      own[p] += change[p]
    }
    return plainBytes(message)
  },
  merge(state, received) {
    const { x, y, everyones } = state
    for (const { message } of received) {
      const [model, change] = message.vectors
      requireSameLength(x, model)
      x.set(model)
      y.set(model)
      for (let p = 0; p < x.length; p++) everyones[p] += change[p]
    }
    state.steps = 0
  },
  estimate: ({ y }) => y,
}
