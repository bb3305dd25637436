import { expect, test } from 'vitest'
import { rememberingOne } from '../../peer/commands/simulate/run-points.ts'
import { exitCodeOf } from '../../peer/commands/simulate/sweep.ts'
import type { Split } from '../../src/index.ts'
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

test('data of the run before are taken again where they are read alike: not by other columns, nor for another task', async () => {
  const loaded: Split[] = []
  const load = rememberingOne(async () => {
    const split = {} as Split
    loaded.push(split)
    return split
  })
  const common = { seed: 1, table: 'every', warn: () => {} } as const
  expect(await load('csv:a.csv', common)).toBe(await load('csv:a.csv', { ...common, warn: () => {} }))
  await load('csv:a.csv', { ...common, task: 'regress' })
  await load('csv:a.csv', { seed: 1, task: 'regress' })
  await load('csv:b.csv', { seed: 1, task: 'regress' })
  expect(loaded).toHaveLength(4)
})
