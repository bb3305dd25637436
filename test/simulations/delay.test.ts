import { expect, test } from 'vitest'
import { parseDelay } from '../../simulations/delay.ts'
import { UsageError } from '../../src/errors.ts'
import { createRandom } from '../../src/random/random.ts'

const DRAWS = 20_000

function drawn(text: string): number[] {
  const delay = parseDelay(text)
  const random = createRandom('delays')
  return Array.from({ length: DRAWS }, () => delay(random)).sort((a, b) => a - b)
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviationOf = (values: readonly number[]) => {
  const mean = meanOf(values)
  return Math.sqrt(meanOf(values.map(value => (value - mean) ** 2)))
}
const medianOf = (sorted: readonly number[]) => sorted[DRAWS / 2]

test('a number is the delay of every message', () => {
  expect(new Set(drawn('20'))).toEqual(new Set([20]))
})

test('a range is drawn uniformly, up to its ends and not beyond', () => {
  const delays = drawn('5-50')
  expect(delays[0]).toBeGreaterThanOrEqual(5)
  expect(delays[DRAWS - 1]).toBeLessThan(50)
  expect(meanOf(delays)).toBeCloseTo(27.5, 0)
  expect(deviationOf(delays)).toBeCloseTo(45 / Math.sqrt(12), 0)
})

test('a normal delay has its mean and deviation', () => {
  const delays = drawn('normal:100,10')
  expect(meanOf(delays)).toBeCloseTo(100, 0)
  expect(deviationOf(delays)).toBeCloseTo(10, 0)
})

test('nothing arrives before it was sent', () => {
  expect(drawn('normal:1,10')[0]).toBe(0)
})

test('a lognormal delay has its median, and a deviation of its logarithm', () => {
  const delays = drawn('lognormal:40,0.5')
  expect(medianOf(delays) / 40).toBeCloseTo(1, 1)
  expect(deviationOf(delays.map(Math.log))).toBeCloseTo(0.5, 1)
})

test('an exponential delay has its mean, which is its deviation too', () => {
  const delays = drawn('exponential:30')
  expect(meanOf(delays) / 30).toBeCloseTo(1, 1)
  expect(deviationOf(delays) / 30).toBeCloseTo(1, 1)
})

test.each(['', '-5', '9-5', 'fast', 'normal:5', 'normal:5,', 'exponential:1,2', 'lognormal:40,-1', '1e3', '5-'])(
  '"%s" is refused, with what is accepted',
  text => {
    expect(() => parseDelay(text)).toThrow(UsageError)
    expect(() => parseDelay(text)).toThrow(/LO-HI, normal:MEAN,SD/)
  },
)
