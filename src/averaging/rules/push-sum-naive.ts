import { addScaled, requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'

interface NaivePushSumState {
  readonly x: Vector
  w: number
  /** z = x / w. */
  readonly z: Vector
}

/**
 * Push-sum as in the textbook: (x_i, w_i) ← Σ_j p_ij (x_j, w_j), z_i = x_i / w_i (Kempe, Dobra and Gehrke 2003,
 * "Gossip-Based Computation of Aggregate Information"; with gradients Assran et al. 2019). One message for all, and no memory
 * of links; but a message that is lost takes its mass along, and the rest agree on something that is not the mean. For
 * networks that lose nothing.
 */
export const naivePushSum: AveragingRule<NaivePushSumState> = {
  name: 'push-sum:naive',
  hint: 'links that go one way, and lose nothing',
  movesMean: true,
  travels: 'exact',
  mixing: 'column-stochastic',
  message: { vectors: 1, scalars: 1, to: 'all' },
  start(parameters, { allocate }) {
    const [x, z] = [allocate(parameters.length), allocate(parameters.length)]
    x.set(parameters)
    z.set(parameters)
    return { x, w: 1, z }
  },
  train({ x, w, z }, update) {
    requireSameLength(x, update)
    for (let p = 0; p < x.length; p++) {
      x[p] += update[p]
      z[p] = x[p] / w
    }
  },
  send({ x, w }, _link, message) {
    message.vectors[0].set(x)
    message.scalars[0] = w
    return plainBytes(message)
  },
  merge(state, received, selfWeight) {
    const { x, z } = state
    for (let p = 0; p < x.length; p++) x[p] *= selfWeight
    state.w *= selfWeight
    for (const { weight, message } of received) {
      addScaled(x, weight, message.vectors[0])
      state.w += weight * message.scalars[0]
    }
    for (let p = 0; p < x.length; p++) z[p] = x[p] / state.w
  },
  estimate: ({ z }) => z,
}
