import type { Codec } from '../../parameters/codecs/codec.ts'
import { compress } from '../../parameters/codecs/compress.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'
import type { AveragingRule } from '../rule.ts'

interface CompressedState {
  readonly x: Vector
  /** Q(x_i), as the neighbours have it. */
  readonly said: Vector
}

/**
 * D-PSGD with parameters that were rounded on the way: x_i ← x_i − Q(x_i) + Σ_j w_ij Q(x_j). A peer counts itself as the
 * others see it and keeps its own rounding error, so the mean of all is what it would have been without.
 *
 * Only for a codec that is faithful: with errors as large as a sparsifier's it stops far from agreement.
 */
export function compressedDpsgd(aggregator: Aggregator, codec: Codec): AveragingRule<CompressedState> {
  return {
    name: 'dpsgd',
    mixing: 'doubly-stochastic',
    message: { vectors: 1, scalars: 0, to: 'all' },
    start(parameters, { allocate }) {
      const x = allocate(parameters.length)
      x.set(parameters)
      return { x, said: allocate(parameters.length) }
    },
    train: ({ x }, update) => addScaled(x, 1, update),
    send({ x, said }, _link, message, random) {
      const bytes = compress(codec, x, random, said)
      message.vectors[0].set(said)
      return bytes
    },
    merge({ x, said }, received) {
      addScaled(x, -1, said)
      const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
      aggregator.aggregate(said, neighbours, said)
      addScaled(x, 1, said)
    },
    estimate: ({ x }) => x,
  }
}
