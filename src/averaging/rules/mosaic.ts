import { UsageError } from '../../errors.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import { mean } from '../aggregators/mean.ts'
import { dealFragment, fragmentBounds } from '../fragments.ts'
import type { AveragingRule } from '../rule.ts'

interface MosaicState {
  readonly x: Vector
  /** Fragments that are dealt before the next shuffle. */
  readonly deck: number[]
}

/** A fragment says which it is, unless there is only one. */
const INDEX_BYTES = 4

/**
 * Mosaic learning: on every link travels one of K fragments of the parameters, drawn at random, and a receiver averages each
 * fragment with what arrived of it, so every fragment has a random graph of its own (Biswas et al. 2026, "Mosaic Learning: A
 * Framework for Decentralized Learning with Model Fragmentation"). With K times as many links as epidemic learning, each
 * coordinate is averaged as often for the same bytes, and the parameters as a whole with more peers. K = 1 is epidemic
 * learning.
 *
 * @param fragments K
 */
export function mosaic(name: string, fragments = 4): AveragingRule<MosaicState> {
  return {
    name,
    hint: 'a random fragment of the model over each link',
    movesMean: true,
    travels: 'parts',
    mixing: 'row-stochastic',
    message: { vectors: 1, scalars: 1, to: 'link' },
    start(parameters, { allocate }) {
      if (fragments > parameters.length) {
        throw new UsageError(
          `${name} cuts the parameters into ${fragments} fragments, and there are ${parameters.length} of them; the nearest that works is mosaic:${parameters.length}`,
        )
      }
      const x = allocate(parameters.length)
      x.set(parameters)
      return { x, deck: [] }
    },
    train: ({ x }, update) => addScaled(x, 1, update),
    send({ x, deck }, _link, message, random) {
      const fragment = dealFragment(deck, fragments, random)
      const [start, end] = fragmentBounds(x.length, fragments, fragment)
      // The rest of the message is never read.
      message.vectors[0].set(x.subarray(start, end), start)
      message.scalars[0] = fragment
      return 4 * (end - start) + (fragments === 1 ? 0 : INDEX_BYTES)
    },
    merge({ x }, received) {
      for (let fragment = 0; fragment < fragments; fragment++) {
        const [start, end] = fragmentBounds(x.length, fragments, fragment)
        const arrived = received.filter(({ message }) => message.scalars[0] === fragment)
        const weight = 1 / (1 + arrived.length)
        const own = x.subarray(start, end)
        mean.aggregate(
          own,
          arrived.map(({ message }) => ({ weight, vector: message.vectors[0].subarray(start, end) })),
          own,
        )
      }
    },
    estimate: ({ x }) => x,
  }
}
