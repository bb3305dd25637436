import { describe, test } from 'vitest'
import { chaosRun } from './chaos.ts'

/** Seeded runs. Each takes a third of a second: changes of the protocol core want CHAOS_RUNS=1000, which found what 200 did not. */
export const RUNS = Number(process.env.CHAOS_RUNS ?? 16)

const SEEDS_A_BLOCK = 25

/** Runs the seeds from `first` up to, not including, `end`: one test for a block of them. */
export function sweep(first: number, end: number): void {
  // Thousands of streams are cut in a run; nobody reads where, and collecting it is a tenth of the time.
  Error.stackTraceLimit = 0

  describe.skipIf(process.env.CHAOS_SEED !== undefined)('a swarm under faults keeps its mean and ends', () => {
    for (let block = first; block < end; block += SEEDS_A_BLOCK) {
      const seeds = Array.from({ length: Math.min(SEEDS_A_BLOCK, end - block) }, (_, i) => block + i)
      test(`seeds ${block} to ${block + seeds.length - 1}`, { timeout: 180_000 }, async () => {
        for (const seed of seeds) await chaosRun(seed)
      })
    }
  })
}
