import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { mean } from '../aggregators/mean.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'

interface D2State {
  /** x, and from training to merging what is about to be mixed. */
  readonly x: Vector
  /** x + u of the last round: where training alone would have led. */
  readonly adapted: Vector
}

/**
 * D²: x_{t+1} = W (2 x_t − x_{t−1} + u_t − u_{t−1}), the first step W (x_0 + u_0) (Tang et al. 2018, "D²: Decentralized
 * Training over Decentralized Data"). Here as exact diffusion writes it: adapt ψ_t = x_t + u_t, correct φ_t = ψ_t + x_t −
 * ψ_{t−1}, combine x_{t+1} = W φ_t (Yuan et al. 2019, "Exact Diffusion for Distributed Optimization and Learning"). Written in
 * updates: u = −η g for a step of SGD with a constant η.
 *
 * Where all agree on the optimum the correction is −u_t, so that nobody is pulled to its own data's optimum. W must be
 * symmetric with its smallest eigenvalue above −1/3; below, the correction swings ever wider.
 */
export const d2: AveragingRule<D2State> = {
  name: 'd2',
  mixing: 'symmetric',
  smallestEigenvalue: -1 / 3,
  message: { vectors: 1, scalars: 0, to: 'all' },
  start(parameters, { allocate }) {
    const [x, adapted] = [allocate(parameters.length), allocate(parameters.length)]
    x.set(parameters)
    // So that the first correction is 0.
    adapted.set(parameters)
    return { x, adapted }
  },
  train({ x, adapted }, update) {
    requireSameLength(x, update)
    for (let p = 0; p < x.length; p++) {
      const psi = x[p] + update[p]
      x[p] = psi + x[p] - adapted[p]
      adapted[p] = psi
    }
  },
  send({ x }, _link, message) {
    message.vectors[0].set(x)
    return plainBytes(message)
  },
  merge({ x }, received) {
    const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
    mean.aggregate(x, neighbours, x)
  },
  estimate: ({ x }) => x,
}
