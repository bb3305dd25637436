import type { VirtualClock } from '../../simulations/virtual/clock.ts'
import type { Trainer } from '../../src/gossip/ports.ts'
import { createLayout } from '../../src/parameters/layout.ts'

const DIMENSION = 64

/** Virtual time that a step takes. */
export const STEP_MS = 20

export interface DriftOptions {
  /** The step, counted over this trainer's life, at which it dies. */
  readonly diesAt?: number
}

/** A trainer whose every step adds 1 to every coordinate, and takes its time. */
export function createDriftTrainer(
  clock: VirtualClock,
  { diesAt = Number.POSITIVE_INFINITY }: DriftOptions = {},
): Trainer {
  let done = 0
  return {
    layout: createLayout([{ name: 'x', shape: [DIMENSION], trainable: true }]),
    backend: 'none',
    samples: 1,
    initial: async () => new Float32Array(DIMENSION),
    train: (_parameters, steps) =>
      clock.work(steps * STEP_MS, async () => {
        done += steps
        if (done >= diesAt) throw new Error('the trainer has died')
        const update = new Float32Array(DIMENSION).fill(steps)
        return { update, loss: 1 / done, samples: steps, seconds: (steps * STEP_MS) / 1_000 }
      }),
    evaluate: async () => ({ loss: 0, accuracy: 0, samples: 0 }),
    state: async () => ({ tensors: {}, metadata: { done: String(done) } }),
    async restore(state) {
      done = Number(state.metadata.done ?? 0)
    },
    stop: async () => {},
  }
}
