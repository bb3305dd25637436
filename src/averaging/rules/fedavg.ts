import { addScaled, requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'

interface FedAvgState {
  readonly x: Vector
  /** n_i: samples in this peer's shard. */
  readonly samples: number
}

/**
 * FedAvg, the baseline with a server: x ← Σ_i n_i x_i / Σ_i n_i after some local steps, everyone taking part (McMahan et al.
 * 2017, "Communication-Efficient Learning of Deep Networks from Decentralized Data").
 *
 * Messages are averaged plainly, so n_i x_i travels, and n_i beside it.
 */
export const fedavg: AveragingRule<FedAvgState> = {
  name: 'fedavg',
  hint: 'the mean of all by their numbers of samples, the baseline with a server',
  travels: 'exact',
  mixing: 'all',
  message: { vectors: 1, scalars: 1, to: 'all' },
  start(parameters, { samples, allocate }) {
    const x = allocate(parameters.length)
    x.set(parameters)
    return { x, samples }
  },
  train: ({ x }, update) => addScaled(x, 1, update),
  send({ x, samples }, _link, message) {
    const [weighted] = message.vectors
    for (let p = 0; p < x.length; p++) weighted[p] = samples * x[p]
    message.scalars[0] = samples
    return plainBytes(message)
  },
  merge({ x }, received) {
    for (const { message } of received) {
      const [weighted] = message.vectors
      requireSameLength(x, weighted)
      for (let p = 0; p < x.length; p++) x[p] = weighted[p] / message.scalars[0]
    }
  },
  estimate: ({ x }) => x,
}
