import type { Codec } from '../../parameters/codecs/codec.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'
import { diloco } from './diloco.ts'

/**
 * All-reduce: x ← x + mean(u) over all peers, every round. With one step of SGD a round this is mini-batch SGD with everyone's
 * samples in one batch, the baseline of data-parallel training.
 *
 * The vector that is averaged is x + u: the same where all hold the same x, as they do after the first round however they started.
 */
export const allreduce: AveragingRule<Vector> = {
  name: 'allreduce',
  hint: 'the mean of all in every round, the baseline of data-parallel training',
  travels: 'compressed',
  mixing: 'all',
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
    for (const { message } of received) x.set(message.vectors[0])
  },
  estimate: x => x,
}

/**
 * With a codec all-reduce is what DiLoCo is without an outer optimiser: differences from what all agreed on travel, and what is lost
 * of one is added to the next.
 */
export function compressedAllreduce(codec: Codec): AveragingRule {
  const { name, hint } = allreduce
  return { ...diloco(name, codec, 1, 0), hint, live: undefined }
}
