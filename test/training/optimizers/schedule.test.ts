import { describe, expect, test } from 'vitest'
import { type ScheduleShape, type ScheduleSpec, shareOfRate } from '../../../src/training/optimizers/schedule.ts'

const spec = (shape: ScheduleShape, changes: Partial<ScheduleSpec> = {}): ScheduleSpec => ({
  shape,
  steps: 110,
  warmupSteps: 10,
  finalShare: 0.2,
  ...changes,
})

const SHAPES = ['constant', 'cosine', 'linear'] as const

describe.each(SHAPES)('%s', shape => {
  test('rises in equal parts from the first step to the whole rate', () => {
    expect([1, 5, 10].map(step => shareOfRate(spec(shape), step))).toEqual([0.1, 0.5, 1])
  })

  test('without a warm-up begins at the whole rate', () => {
    expect(shareOfRate(spec(shape, { warmupSteps: 0, steps: 1_000_000 }), 1)).toBeCloseTo(1, 5)
  })

  test('stays after its last step as it has become', () => {
    const atEnd = shareOfRate(spec(shape), 110)
    expect([111, 1_000].map(step => shareOfRate(spec(shape), step))).toEqual([atEnd, atEnd])
  })

  test('is a number where there is no step after the warm-up', () => {
    const shares = [10, 11].map(step => shareOfRate(spec(shape, { steps: 10 }), step))
    expect(shares).toEqual([1, shape === 'constant' ? 1 : 0.2])
  })

  test('never rises after the warm-up', () => {
    const shares = Array.from({ length: 100 }, (_, i) => shareOfRate(spec(shape), 11 + i))
    expect(shares.every((share, i) => i === 0 || share <= shares[i - 1])).toBe(true)
  })
})

test('a constant rate does not change', () => {
  expect([11, 60, 110].map(step => shareOfRate(spec('constant'), step))).toEqual([1, 1, 1])
})

test('a linear one falls in equal parts to its final share', () => {
  const shares = [10, 60, 110].map(step => shareOfRate(spec('linear'), step))
  for (const [i, share] of [1, 0.6, 0.2].entries()) expect(shares[i]).toBeCloseTo(share, 12)
})

test('a cosine falls slowly, quickly in the middle, and slowly', () => {
  const shares = [10, 35, 60, 85, 110].map(step => shareOfRate(spec('cosine'), step))
  const quarter = Math.SQRT1_2 / 2
  for (const [i, left] of [1, 0.5 + quarter, 0.5, 0.5 - quarter, 0].entries()) {
    expect(shares[i]).toBeCloseTo(0.2 + 0.8 * left, 12)
  }
})
