import type { Codec } from '../../parameters/codecs/codec.ts'
import { compress } from '../../parameters/codecs/compress.ts'
import { none } from '../../parameters/codecs/none.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import type { AveragingRule, LiveRule } from '../rule.ts'
import { addWeightedDifferences } from '../weighted-differences.ts'

interface AdpsgdState {
  readonly x: Vector
  /** The parameters as they were sent, until the exchange ends. */
  readonly snapshot: Vector
}

/**
 * AD-PSGD: atomic pairwise averages, x_i ← x_i + w (s_j − s_i), while training goes on (Lian et al. 2018, "Asynchronous
 * Decentralized Parallel Stochastic Gradient Descent"). The difference is that of the snapshots s that were sent, so what
 * training does between {@link AveragingRule.send} and {@link AveragingRule.merge} is kept. Both sides take s as it was decoded,
 * so what a codec rounds stays with its peer, and the mean of the two as it was.
 */
export function compressedAdpsgd(codec: Codec): LiveRule<AdpsgdState> {
  return {
    name: 'adpsgd',
    hint: 'in pairs, at any time: fewer bytes, and models less alike',
    live: { schedule: 'pairs' },
    travels: 'rounded',
    clippable: true,
    mixing: 'pairwise',
    message: { vectors: 1, scalars: 0, to: 'link' },
    start(parameters, { allocate }) {
      const x = allocate(parameters.length)
      x.set(parameters)
      return { x, snapshot: allocate(parameters.length) }
    },
    train: ({ x }, update) => addScaled(x, 1, update),
    send({ x, snapshot }, _link, message, random) {
      const bytes = compress(codec, x, random, snapshot)
      message.vectors[0].set(snapshot)
      return bytes
    },
    merge({ x, snapshot }, received) {
      const partners = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
      addWeightedDifferences([x], snapshot, partners)
    },
    estimate: ({ x }) => x,
  }
}

/** With parameters as they are. */
export const adpsgd = compressedAdpsgd(none)
