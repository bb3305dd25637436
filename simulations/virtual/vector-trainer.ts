import type { Random, Trainer } from '../../src/gossip/ports.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { createStillTrainer } from '../../src/standardise/still-trainer.ts'

/**
 * A trainer that learns nothing: a peer's parameters are a vector drawn from its own seed, and only averaging moves them.
 *
 * @param init `normal`: every coordinate from N(0, 1); `spread`: all coordinates equal to the peer's index
 */
export function createVectorTrainer(
  dimension: number,
  init: 'normal' | 'spread',
  index: number,
  random: Random,
): Trainer {
  const layout = createLayout([{ name: 'x', shape: [dimension], trainable: true }])
  return createStillTrainer(layout, async () =>
    Float32Array.from({ length: dimension }, () => (init === 'spread' ? index : random.normal())),
  )
}
