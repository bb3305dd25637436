import type { Codec } from '../../parameters/codecs/codec.ts'
import { none } from '../../parameters/codecs/none.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'
import { mean } from '../aggregators/mean.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'
import { compressedDpsgd } from './dpsgd-compressed.ts'

/**
 * D-PSGD: x_i ← Σ_j w_ij (x_j − η g_j), everyone in step (Lian et al. 2017, "Can Decentralized Algorithms Outperform
 * Centralized Algorithms?"). With a robust aggregator in the mean's place, its robust variants.
 *
 * The paper's own order, x_i ← Σ_j w_ij x_j − η g_i, which lets communication and computation overlap, is the same rule trained
 * after merging, with a gradient from before.
 */
export function dpsgd(aggregator: Aggregator, codec: Codec = none): AveragingRule {
  return codec === none ? plainDpsgd(aggregator) : compressedDpsgd(aggregator, codec)
}

function plainDpsgd(aggregator: Aggregator): AveragingRule<Vector> {
  return {
    name: 'dpsgd',
    mixing: 'doubly-stochastic',
    linear: aggregator.name === mean.name,
    message: { vectors: 1, scalars: 0, to: 'all' },
    start(parameters, { allocate }) {
      const x = allocate(parameters.length)
      x.set(parameters)
      return x
    },
    train: (x, update) => addScaled(x, 1, update),
    send(x, _link, message) {
      message.vectors[0].set(x)
      return plainBytes(message)
    },
    merge(x, received) {
      const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
      aggregator.aggregate(x, neighbours, x)
    },
    estimate: x => x,
  }
}
