import { expect, test } from 'vitest'
import type { Fault, Schedule } from './schedule.ts'
import { shrink } from './shrink.ts'

const cut = (peer: number, other: number, at: number): Fault => ({ kind: 'cut', at, peer, other })

const SCHEDULE: Schedule = {
  seed: 1,
  peers: 6,
  dimension: 40,
  rule: 'dpsgd',
  topology: 'ring',
  compression: 'int8',
  steps: 9,
  localSteps: 2,
  target: 0.1,
  conditions: { delay: '1-50', loss: 0.2, duplicated: 0.4, reordered: 0.1 },
  clips: false,
  liars: [],
  faults: Array.from({ length: 23 }, (_, i) => cut(i % 6, (i + 1) % 6, 100 * i)),
}

const LIMIT = { milliseconds: 60_000 }

test('leaves the faults that make a schedule fail, the peers that they need, and nothing else', async () => {
  const failing = async ({ faults, dimension }: Schedule) =>
    dimension > 8 && [700, 1_900].every(at => faults.some(fault => fault.at === at)) ? ('mean' as const) : undefined
  const { schedule } = await shrink(SCHEDULE, 'mean', failing, LIMIT)
  expect(schedule.faults.map(({ at }) => at)).toEqual([700, 1_900])
  expect(schedule).toMatchObject({ peers: 2, topology: 'complete', compression: 'none', steps: 0, dimension: 10 })
  expect(schedule.conditions).toMatchObject({ loss: 0, duplicated: 0, reordered: 0 })
  const named = schedule.faults.flatMap(fault => (fault.kind === 'cut' ? [fault.peer, fault.other] : []))
  expect(Math.max(...named)).toBeLessThan(schedule.peers)
})

test('does not take another failure for the same', async () => {
  const failing = async ({ faults }: Schedule) => (faults.length < 23 ? ('end' as const) : ('mean' as const))
  const { schedule } = await shrink(SCHEDULE, 'mean', failing, LIMIT)
  expect(schedule.faults).toHaveLength(23)
})

test('stops after as many runs as it may make', async () => {
  const { runs } = await shrink(SCHEDULE, 'mean', async () => 'mean', { ...LIMIT, runs: 3 })
  expect(runs).toBe(3)
})

test('stops when its time is over', async () => {
  const { runs } = await shrink(SCHEDULE, 'mean', async () => 'mean', { milliseconds: 0 })
  expect(runs).toBe(0)
})
