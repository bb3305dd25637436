import { addScaled, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'
import { addWeightedDifferences } from '../weighted-differences.ts'

interface D2State {
  /** x_t, and from training to merging ψ_t. */
  readonly x: Vector
  /** d_t: what mixing has added in all rounds so far. */
  readonly correction: Vector
}

/**
 * D²: x_{t+1} = W (2 x_t − x_{t−1} + u_t − u_{t−1}), the first step W (x_0 + u_0) (Tang et al. 2018, "D²: Decentralized
 * Training over Decentralized Data"). Exact diffusion writes it as adapt ψ_t = x_t + u_t, correct φ_t = ψ_t + x_t − ψ_{t−1},
 * combine x_{t+1} = W φ_t (Yuan et al. 2019, "Exact Diffusion for Distributed Optimization and Learning"). Written in updates:
 * u = −η g for a step of SGD with a constant η.
 *
 * Here the correction is kept and not recomputed: x_{t+1} − ψ_t = d_t + (W − I) φ_t, so that with d_0 = 0
 *
 * φ_t = x_t + u_t + d_t; Δ_t = (W − I) φ_t; d_{t+1} = d_t + Δ_t; x_{t+1} = φ_t + Δ_t.
 *
 * The same in exact numbers; but x_{t+1} − ψ_t would carry into every later round what x was rounded by, which is as large as x.
 * d is rounded as the difference that it is. What its roundings do not cancel moves the mean by the same amount in every round:
 * in float32 by some 2⁻²⁶ of the first disagreement, if nobody trains; training pulls the mean back. A round without training has
 * u = 0.
 *
 * The correction is −u where all agree on the optimum, so that nobody is pulled to its own data's optimum. W must be symmetric with its
 * smallest eigenvalue above −1/3; below, the correction swings ever wider.
 */
export const d2: AveragingRule<D2State> = {
  name: 'd2',
  hint: 'corrects for unlike data, over links that stay the same',
  travels: 'exact',
  mixing: 'symmetric',
  smallestEigenvalue: -1 / 3,
  message: { vectors: 1, scalars: 0, to: 'all' },
  start(parameters, { allocate }) {
    const [x, correction] = [allocate(parameters.length), allocate(parameters.length)]
    x.set(parameters)
    return { x, correction }
  },
  train: ({ x }, update) => addScaled(x, 1, update),
  send({ x, correction }, _link, message) {
    const [phi] = message.vectors
    phi.set(x)
    addScaled(phi, 1, correction)
    return plainBytes(message)
  },
  merge({ x, correction }, received) {
    // φ, as it was sent.
    addScaled(x, 1, correction)
    const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
    addWeightedDifferences([x, correction], x, neighbours)
  },
  estimate: ({ x }) => x,
}
