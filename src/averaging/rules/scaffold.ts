import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'

interface ScaffoldState {
  /** The parameters on which all agreed when the round began. */
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
 *
 * A peer takes in its own change when it hears everyone's, of which its own is part: Σ_i (c_i − c) stays 0 only if all hear all.
 */
export const scaffold: AveragingRule<ScaffoldState> = {
  name: 'scaffold',
  hint: 'the mean of all, corrected for unlike data',
  travels: 'exact',
  mixing: 'all',
  constantLinks: true,
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
  send(state, _link, message) {
    const [model, change] = message.vectors
    model.set(state.y)
    for (let p = 0; p < change.length; p++) change[p] = changeOf(state, p)
    return plainBytes(message)
  },
  merge(state, received) {
    const { x, y, own, everyones } = state
    for (const { message } of received) {
      const [model, change] = message.vectors
      requireSameLength(x, model)
      for (let p = 0; p < x.length; p++) {
        own[p] += changeOf(state, p)
        everyones[p] += change[p]
      }
      x.set(model)
      y.set(model)
      state.steps = 0
    }
  },
  estimate: ({ y }) => y,
}

/** c_i⁺ − c_i in one coordinate; 0 where nobody trained. */
function changeOf({ x, y, everyones, steps }: ScaffoldState, p: number): number {
  return steps > 0 ? (y[p] - x[p]) / steps - everyones[p] : 0
}
