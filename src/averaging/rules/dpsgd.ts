import type { Codec } from '../../parameters/codecs/codec.ts'
import { compress } from '../../parameters/codecs/compress.ts'
import { none } from '../../parameters/codecs/none.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'
import { mean } from '../aggregators/mean.ts'
import { type LiveRule, plainBytes } from '../rule.ts'

/** The properties of D-PSGD, however its vectors travel. */
const dpsgdFacts = {
  name: 'dpsgd',
  hint: 'all with all their neighbours, between two intervals of training',
  live: { schedule: 'rounds' },
  travels: 'rounded',
  aggregates: true,
  clippable: true,
  mixing: 'doubly-stochastic',
  message: { vectors: 1, scalars: 0, to: 'all' },
} as const

/**
 * D-PSGD: x_i ← Σ_j w_ij (x_j − η g_j), everyone in step (Lian et al. 2017, "Can Decentralized Algorithms Outperform
 * Centralized Algorithms?"). With a robust aggregator in the mean's place, its robust variants.
 *
 * The paper's own order, x_i ← Σ_j w_ij x_j − η g_i, which lets communication and computation overlap, is the same rule trained
 * after merging, with a gradient from before.
 */
export function dpsgd(aggregator: Aggregator, codec: Codec = none): LiveRule {
  return codec === none ? plainDpsgd(aggregator) : compressedDpsgd(aggregator, codec)
}

function plainDpsgd(aggregator: Aggregator): LiveRule<Vector> {
  return {
    ...dpsgdFacts,
    linear: aggregator.name === mean.name,
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

interface CompressedState {
  readonly x: Vector
  /** Q(x_i), as the neighbours have it. */
  readonly sent: Vector
}

/**
 * D-PSGD with parameters that were rounded on the way: x_i ← x_i − Q(x_i) + Σ_j w_ij Q(x_j). A peer counts itself as the
 * others see it and keeps its own rounding error, so the mean of all is what it would have been without.
 *
 * Only for a codec that is faithful: with errors as large as a sparsifier's it stops far from agreement.
 */
export function compressedDpsgd(aggregator: Aggregator, codec: Codec): LiveRule<CompressedState> {
  return {
    ...dpsgdFacts,
    start(parameters, { allocate }) {
      const x = allocate(parameters.length)
      x.set(parameters)
      return { x, sent: allocate(parameters.length) }
    },
    train: ({ x }, update) => addScaled(x, 1, update),
    send({ x, sent }, _link, message, random) {
      const bytes = compress(codec, x, random, sent)
      message.vectors[0].set(sent)
      return bytes
    },
    merge({ x, sent }, received) {
      addScaled(x, -1, sent)
      const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
      aggregator.aggregate(sent, neighbours, sent)
      addScaled(x, 1, sent)
    },
    estimate: ({ x }) => x,
  }
}
