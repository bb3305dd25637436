import type { Clock, Random, Trainer } from '../../src/gossip/ports.ts'
import { createLayout, type Layout } from '../../src/parameters/layout.ts'
import { createStillTrainer } from '../../src/standardise/still-trainer.ts'

/** A local step, in milliseconds. */
const STEP_MS = 25

/** Every step adds whole multiples of this, so that whole numbers of steps are exact in float32. */
const UNIT = 1 / 1_024
const MOST_UNITS = 16

/** A trainer of which it is known what it has added after so many steps: always the same vector, one of its own. */
export interface Drift {
  readonly initial: Float32Array
  /** What one step adds. */
  readonly step: Float32Array
  readonly layout: Layout
  trainer(clock: Clock, reach: (moment: 'begins to train' | 'has trained') => Promise<void>): Trainer
}

/** @param start of what it begins from */
export function createDrift(dimension: number, random: Random, start = random): Drift {
  const layout = createLayout([{ name: 'x', shape: [dimension], trainable: true }])
  const initial = Float32Array.from({ length: dimension }, () => start.normal())
  const step = Float32Array.from({ length: dimension }, () => UNIT * (random.integer(2 * MOST_UNITS + 1) - MOST_UNITS))
  return {
    initial,
    step,
    layout,
    trainer: (clock, reach) => ({
      ...createStillTrainer(layout, async () => initial.slice()),
      samples: 1,
      async train(_parameters, steps) {
        await reach('begins to train')
        await clock.sleep(steps * STEP_MS, { signal: new AbortController().signal })
        await reach('has trained')
        const seconds = (steps * STEP_MS) / 1_000
        return { update: step.map(value => steps * value), loss: 1, samples: steps, seconds }
      },
    }),
  }
}
