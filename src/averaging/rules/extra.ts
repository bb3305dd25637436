import { addScaled, requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'
import { addWeightedDifferences } from '../weighted-differences.ts'

interface ExtraState {
  readonly x: Vector
  /** s_k: Σ (W − I) x over all rounds so far. */
  readonly mixed: Vector
  /** u: what training added, until the round ends. */
  readonly update: Vector
}

/**
 * EXTRA: x_{k+2} = (I + W) x_{k+1} − (I + W)/2 x_k + u_{k+1} − u_k, the first step W x_0 + u_0 (Shi, Ling, Wu and Yin 2015,
 * "EXTRA: An Exact First-Order Algorithm for Decentralized Consensus Optimization"). Written in updates: u = −η g with a
 * constant η. It ends at the exact optimum, linearly where that is strongly convex, for η < (1 + λ_min(W)) / L, as they prove.
 * That is more than enough: where every f_i is L/2 ‖x − b_i‖² the roots of its recursion lie in the unit circle for all
 * η < (5 + 3 λ_min(W)) / (4 L), and not beyond.
 *
 * Here as the sum of its steps, with s_0 = 0:
 *
 * Δ_k = (W − I) x_k; x_{k+1} = x_k + Δ_k + s_k / 2 + u_k; s_{k+1} = s_k + Δ_k.
 *
 * The same in exact numbers; but the difference of two rounds' x would carry into every later round what they were rounded by,
 * which is as large as x. s is rounded as the sum of differences that it is. What its roundings do not cancel moves the mean by
 * the same amount in every round: in float32 by some 2⁻²⁷ of the first disagreement, if nobody trains; training pulls it back.
 */
export const extra: AveragingRule<ExtraState> = {
  name: 'extra',
  hint: 'corrects for unlike data, to the exact optimum of all',
  travels: 'exact',
  mixing: 'symmetric',
  smallestEigenvalue: -1,
  message: { vectors: 1, scalars: 0, to: 'all' },
  start(parameters, { allocate }) {
    const [x, mixed, update] = Array.from({ length: 3 }, () => allocate(parameters.length))
    x.set(parameters)
    return { x, mixed, update }
  },
  train({ update }, added) {
    requireSameLength(update, added)
    update.set(added)
  },
  send({ x }, _link, message) {
    message.vectors[0].set(x)
    return plainBytes(message)
  },
  merge({ x, mixed, update }, received) {
    const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
    addScaled(update, 1 / 2, mixed)
    addWeightedDifferences([update, mixed], x, neighbours)
    addScaled(x, 1, update)
    update.fill(0)
  },
  estimate: ({ x }) => x,
}
