import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { mean } from '../aggregators/mean.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'

interface GradientTrackingState {
  /** x, and from training to merging x + y. */
  readonly x: Vector
  /** Tracks what all peers' training adds on average. */
  readonly y: Vector
  /** The update that training added last, u. */
  readonly last: Vector
}

/**
 * Gradient tracking: y ← W y + u_new − u_old, x ← W (x + y), where W y is the last round's mixing and y starts as the first
 * u. The mean of y over all peers is always that of u, and y_i goes to it, so that everyone moves by what everyone's data
 * want (Di Lorenzo and Scutari 2016, "NEXT"; Nedić, Olshevsky and Shi 2017, "Achieving Geometric Convergence for Distributed
 * Optimization over Time-Varying Graphs"). Written in updates: u = −η g for a step of SGD with a constant η; the update of
 * several local steps is tracked in the same way.
 *
 * W may be directed, as long as it is doubly stochastic. Two vectors in a message: x + y and y.
 */
export const gradientTracking: AveragingRule<GradientTrackingState> = {
  name: 'gradient-tracking',
  hint: 'everybody follows the mean gradient of all: for unlike data',
  travels: 'exact',
  mixing: 'doubly-stochastic',
  message: { vectors: 2, scalars: 0, to: 'all' },
  start(parameters, { allocate }) {
    const x = allocate(parameters.length)
    x.set(parameters)
    return { x, y: allocate(parameters.length), last: allocate(parameters.length) }
  },
  train({ x, y, last }, update) {
    requireSameLength(x, update)
    for (let p = 0; p < x.length; p++) {
      y[p] += update[p] - last[p]
      x[p] += y[p]
    }
    last.set(update)
  },
  send({ x, y }, _link, message) {
    message.vectors[0].set(x)
    message.vectors[1].set(y)
    return plainBytes(message)
  },
  merge({ x, y }, received) {
    ;[x, y].forEach((own, v) => {
      const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[v] }))
      mean.aggregate(own, neighbours, own)
    })
  },
  estimate: ({ x }) => x,
}
