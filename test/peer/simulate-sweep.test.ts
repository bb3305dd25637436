import { expect, test } from 'vitest'
import { exitCodeOf } from '../../peer/commands/simulate/sweep.ts'
import type { SweepOutcome } from '../../src/public/simulate.ts'

const point = { name: 'seed=1', flags: { seed: 1 }, command: 'hearsay simulate' }
const refused: SweepOutcome = { ...point, status: 'refused', reason: 'it cannot be' }
const failed: SweepOutcome = { ...point, status: 'failed', reason: 'it went wrong' }
const waiting: SweepOutcome = { ...point, status: 'waiting' }

test.each<[what: string, outcomes: readonly SweepOutcome[], code: number]>([
  ['everything was refused', [refused, refused], 2],
  ['something failed', [refused, failed], 1],
  ['something waits', [refused, failed, waiting], 130],
])('a sweep of which %s ends with its own exit code', (_what, outcomes, code) => {
  expect(exitCodeOf(outcomes)).toBe(code)
})
