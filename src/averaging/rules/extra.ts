import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { mean } from '../aggregators/mean.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'

interface ExtraState {
  readonly x: Vector
  /** W x. */
  readonly mixed: Vector
  /** u: what training added, until the round ends. */
  readonly update: Vector
  /** (x + W x) / 2 + u of the last round. */
  readonly last: Vector
}

/**
 * EXTRA: x_{k+2} = (I + W) x_{k+1} − (I + W)/2 x_k + u_{k+1} − u_k, the first step W x_0 + u_0 (Shi, Ling, Wu and Yin 2015,
 * "EXTRA: An Exact First-Order Algorithm for Decentralized Consensus Optimization"). Written in updates: u = −η g with a
 * constant η. It ends at the exact optimum, linearly where that is strongly convex, for η < (1 + λ_min(W)) / L, as they prove.
 * That is more than enough: where every f_i is L/2 ‖x − b_i‖² the roots of its recursion lie in the unit circle for all
 * η < (5 + 3 λ_min(W)) / (4 L), and not beyond.
 */
export const extra: AveragingRule<ExtraState> = {
  name: 'extra',
  mixing: 'symmetric',
  smallestEigenvalue: -1,
  message: { vectors: 1, scalars: 0, to: 'all' },
  start(parameters, { allocate }) {
    const [x, mixed, update, last] = Array.from({ length: 4 }, () => allocate(parameters.length))
    x.set(parameters)
    // So that the first step is W x_0 + u_0.
    last.set(parameters)
    return { x, mixed, update, last }
  },
  train({ update }, added) {
    requireSameLength(update, added)
    update.set(added)
  },
  send({ x }, _link, message) {
    message.vectors[0].set(x)
    return plainBytes(message)
  },
  merge({ x, mixed, update, last }, received) {
    const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
    mean.aggregate(x, neighbours, mixed)
    for (let p = 0; p < x.length; p++) {
      const both = x[p] + mixed[p]
      x[p] = both + update[p] - last[p]
      last[p] = both / 2 + update[p]
    }
    update.fill(0)
  },
  estimate: ({ x }) => x,
}
