import { addScaled } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'
import type { AveragingRule } from '../rule.ts'

interface DpsgdState {
  x: Float32Array
}

/**
 * D-PSGD: x_i ← Σ_j w_ij (x_j − η g_j), everyone in step (Lian et al. 2017, "Can Decentralized Algorithms Outperform
 * Centralized Algorithms?"). With a robust aggregator in the mean's place, its robust variants.
 */
export function dpsgd(aggregator: Aggregator): AveragingRule<DpsgdState> {
  return {
    name: 'dpsgd',
    mixing: 'doubly-stochastic',
    start: parameters => ({ x: parameters.slice() }),
    train: (state, update) => addScaled(state.x, 1, update),
    send: state => ({ vectors: [state.x.slice()], scalars: [] }),
    merge(state, received) {
      state.x = aggregator.aggregate(
        state.x,
        received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] })),
      )
    },
    estimate: state => state.x,
  }
}
