import { type AveragingRule, defineRule, plainBytes, type Vector } from '../../src/public/algorithms.ts'

interface State {
  /** x(k) */
  readonly x: Vector
  /** x(k − 1) */
  readonly before: Vector
}

/**
 * Second-order diffusion (Muthukrishnan, Ghosh and Schultz, "First- and second-order diffusive methods for rapid, coarse, distributed
 * load balancing", 1998): a peer goes on in the direction in which it was going,
 *
 *     x_i(k + 1) = ω Σ_j w_ij x_j(k) + (1 − ω) x_i(k − 1)
 *
 * With ω = 1 it is plain averaging.
 *
 * @param omega ω, in [1, 2)
 */
export function secondOrder(omega: number): AveragingRule<State> {
  return defineRule<State>({
    name: `second-order:${omega}`,
    hint: 'all with all their neighbours, with momentum',
    travels: 'exact',
    // ω and 1 − ω sum to 1, and so do the columns of W: the mean of x(k + 1) is that of x(k) and x(k − 1), which is one and the same.
    mixing: 'doubly-stochastic',
    // A message that is lost on one side only would move it.
    constantLinks: true,
    message: { vectors: 1, scalars: 0, to: 'all' },

    start(parameters, { allocate }) {
      const [x, before] = [allocate(parameters.length), allocate(parameters.length)]
      x.set(parameters)
      before.set(parameters)
      return { x, before }
    },

    // What is learned goes into both: added to x alone it would be taken for movement, and gone on with.
    train({ x, before }, update) {
      for (let i = 0; i < x.length; i++) {
        x[i] += update[i]
        before[i] += update[i]
      }
    },

    send({ x }, _link, message) {
      message.vectors[0].set(x)
      return plainBytes(message)
    },

    merge({ x, before }, received) {
      for (let i = 0; i < x.length; i++) {
        // Σ_j w_ij x_j, since the w_ij of a row sum to 1.
        let mixed = x[i]
        for (const { weight, message } of received) mixed += weight * (message.vectors[0][i] - x[i])
        const next = omega * mixed + (1 - omega) * before[i]
        before[i] = x[i]
        x[i] = next
      }
    },

    estimate: ({ x }) => x,
  })
}
