import { mean } from '../../../src/averaging/aggregators/mean.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import type { Codec } from '../../../src/parameters/codecs/codec.ts'
import { compress } from '../../../src/parameters/codecs/compress.ts'
import { addScaled, type Vector } from '../../../src/parameters/vectors.ts'

/** The wrong way to compress: x ← W Q(x). What Q loses is lost for good, and the mean with it. */
export function forgetfulAveraging(codec: Codec): AveragingRule<Vector> {
  return {
    name: 'forgetful',
    hint: 'loses what the codec loses',
    travels: 'rounded',
    mixing: 'doubly-stochastic',
    message: { vectors: 1, scalars: 0, to: 'all' },
    start: parameters => parameters.slice(),
    train: (x, update) => addScaled(x, 1, update),
    send(x, _link, message, random) {
      const bytes = compress(codec, x, random, message.vectors[0])
      x.set(message.vectors[0])
      return bytes
    },
    merge(x, received) {
      const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
      mean.aggregate(x, neighbours, x)
    },
    estimate: x => x,
  }
}
