import type { Trainer } from '../gossip/ports.ts'
import type { Layout } from '../parameters/layout.ts'

/** A trainer that learns nothing: its parameters are a vector that only averaging moves. */
export function createStillTrainer(layout: Layout, initial: () => Promise<Float32Array>): Trainer {
  return {
    layout,
    backend: 'none',
    samples: 0,
    initial,
    train: async () => ({ update: new Float32Array(layout.length), loss: 0, samples: 0, seconds: 0 }),
    evaluate: async () => ({ loss: 0, accuracy: 0, samples: 0 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  }
}
