import { describe, expect, test } from 'vitest'
import {
  AUTO_EXCHANGE_RATIO,
  AUTO_LONGEST_INTERVAL_MS,
  AUTO_MAX_LOCAL_STEPS,
} from '../../../src/gossip/pace/constants.ts'
import { createInterval, type Interval } from '../../../src/gossip/pace/interval.ts'

/** Repetitions after which earlier measurements do not count any more. */
const OFTEN = 60

function measured(stepMs: number, exchangeMs: number, interval = createInterval('auto')): Interval {
  for (let i = 0; i < OFTEN; i++) {
    interval.trained(4, 4 * stepMs)
    interval.averaged(exchangeMs)
  }
  return interval
}

test('a number stays what the recipe says, whatever is measured', () => {
  expect(measured(1, 1_000, createInterval(7)).steps()).toBe(7)
})

describe('of a peer with so many milliseconds a step, where others take ten', () => {
  test.each([
    [10, 10],
    [14, 10],
    [20, 5],
    [100, 1],
    [1_000, 1],
    [1, 10],
  ])('%i', (stepMs, expected) => {
    expect(
      measured(
        stepMs,
        0,
        createInterval(10, () => [10]),
      ).steps(),
    ).toBe(expected)
  })
})

test('as many that say that they are a thousand times as quick slow nobody down', () => {
  const paces = [10, 10, 10, 10, ...new Array(5).fill(0.01)]
  expect(
    measured(
      10,
      0,
      createInterval(10, () => paces),
    ).steps(),
  ).toBe(10)
  // A straggler among four others is one all the same.
  const straggling = createInterval(10, () => [10, 10, 10, 10])
  expect(measured(100, 0, straggling).steps()).toBe(1)
})

describe('the first steps, where others take ten milliseconds a step', () => {
  const afterFirst = (...paces: readonly number[]) => {
    const interval = createInterval(10, () => [10])
    for (const stepMs of paces) interval.trained(1, stepMs)
    return interval.steps()
  }

  test('say nothing while kernels are compiled', () => {
    expect(afterFirst(1_000)).toBe(10)
    expect(createInterval(10, () => [10]).pace()).toBeUndefined()
  })

  test('tell one that is far too slow to finish an interval', () => {
    expect(afterFirst(1_000, 1_000)).toBe(1)
  })

  test('leave a moment in which the machine did something else', () => {
    expect(afterFirst(1_000, 50)).toBe(10)
    expect(afterFirst(1_000, 50, 50, 10)).toBe(10)
    expect(afterFirst(1_000, 50, 50, 50)).toBe(2)
  })
})

describe('auto', () => {
  test('begins with the number that recipes have by default', () => {
    expect(createInterval('auto').steps()).toBe(10)
  })

  test('takes no notice of the first step and the first exchange', () => {
    const interval = createInterval('auto')
    interval.trained(1, 1)
    interval.averaged(100_000)
    expect(interval.steps()).toBe(10)
    interval.trained(1, 10)
    interval.averaged(50)
    expect(interval.steps()).toBe(50 / 10 / AUTO_EXCHANGE_RATIO)
  })

  test.each([
    [1, 10],
    [2, 33],
    [20, 240],
  ])('with steps of %i ms and exchanges of %i ms spends its share of the time in exchanges', (stepMs, exchangeMs) => {
    const steps = measured(stepMs, exchangeMs).steps()
    expect(exchangeMs / (steps * stepMs)).toBeLessThanOrEqual(AUTO_EXCHANGE_RATIO)
    expect(exchangeMs / ((steps - 1) * stepMs)).toBeGreaterThan(AUTO_EXCHANGE_RATIO)
  })

  test('exchanges after every step where that costs nothing', () => {
    expect(measured(100, 5).steps()).toBe(1)
  })

  test.each([
    [0, 0, 1],
    [0, 5, AUTO_MAX_LOCAL_STEPS],
    [5, 0, 1],
  ])('is a number where a clock is too coarse: steps of %i ms, exchanges of %i ms', (stepMs, exchangeMs, expected) => {
    expect(measured(stepMs, exchangeMs).steps()).toBe(expected)
  })

  test('does not let peers drift apart on the slowest of networks', () => {
    expect(measured(1, 100_000).steps()).toBe(AUTO_MAX_LOCAL_STEPS)
  })

  test('looks up now and then where steps are slow too', () => {
    const stepMs = 1_000
    expect(measured(stepMs, 1_000_000).steps() * stepMs).toBeLessThanOrEqual(AUTO_LONGEST_INTERVAL_MS)
    expect(measured(10 * AUTO_LONGEST_INTERVAL_MS, 1e9).steps()).toBe(1)
  })

  test('follows a network that becomes slower, and faster again', () => {
    const interval = measured(10, 50)
    const before = interval.steps()
    expect(measured(10, 500, interval).steps()).toBeGreaterThan(9 * before)
    // The average comes back to where it was but for a rest that rounds up.
    expect(measured(10, 50, interval).steps()).toBeLessThanOrEqual(before + 1)
  })
})
