import type { VirtualClock } from '../../simulations/virtual/clock.ts'
import type { Trainer } from '../../src/gossip/ports.ts'
import { createLayout } from '../../src/parameters/layout.ts'

/** Virtual time that an interval takes, however long it is. */
export const INTERVAL_MS = 20
const PULL = 0.1

/** The value to which a peer's data draw every coordinate. */
const targetOf = (index: number) => 10 * index

/**
 * Gradient descent on ½ (x − target)², exactly.
 *
 * @param stepMs of a single step. Default: an interval takes a fixed time, however long it is
 */
export function createPullTrainer(
  index: number,
  clock: VirtualClock,
  slowness?: (index: number) => number,
  stepMs?: number,
): Trainer {
  return {
    layout: createLayout([{ name: 'x', shape: [8], trainable: true }]),
    backend: 'none',
    samples: 1,
    initial: async () => new Float32Array(8),
    train(parameters, steps) {
      const before = parameters.slice()
      const took = stepMs === undefined ? INTERVAL_MS : steps * stepMs
      return clock.work((slowness?.(index) ?? 1) * took, async () => {
        const update = before.map(x => pull(x, index, steps))
        return { update, loss: 0, samples: steps, seconds: INTERVAL_MS / 1_000 }
      })
    },
    evaluate: async () => ({ loss: 0, accuracy: 0, samples: 0 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    async restore() {},
    stop: async () => {},
  }
}

/** The difference that so many steps make. */
export function pull(x: number, index: number, steps: number): number {
  return (targetOf(index) - x) * (1 - (1 - PULL) ** steps)
}
