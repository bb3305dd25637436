import type { Random, Trainer } from '../src/gossip/ports.ts'
import { createLayout } from '../src/parameters/layout.ts'

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
  return {
    layout,
    backend: 'none',
    samples: 0,
    initial: async () => Float32Array.from({ length: dimension }, () => (init === 'spread' ? index : random.normal())),
    train: async () => ({ update: new Float32Array(dimension), loss: 0, samples: 0, seconds: 0 }),
    evaluate: async () => ({ loss: 0, accuracy: 0, samples: 0 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  }
}
