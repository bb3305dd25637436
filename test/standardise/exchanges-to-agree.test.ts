import { expect, test } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import { exchangesToAgree } from '../../src/standardise/exchanges-to-agree.ts'

test('between two few exchanges are enough, and of many peers each begins forty', () => {
  expect(exchangesToAgree(2)).toBe(3)
  expect(exchangesToAgree(3)).toBe(20)
  expect(exchangesToAgree(10)).toBeLessThan(exchangesToAgree(100))
  expect(exchangesToAgree(10_000)).toBe(40)
})

test.each([2, 3, 4, 8, 32])('random pairs among %i peers agree by them, but for the rounding of a float32', peers => {
  const random = createRandom(peers)
  const values = Array.from({ length: peers }, (_, i) => (i === 0 ? peers : 0))
  for (let exchange = 0; exchange < peers * exchangesToAgree(peers); exchange++) {
    const one = random.integer(peers)
    const other = (one + 1 + random.integer(peers - 1)) % peers
    values[one] = values[other] = (values[one] + values[other]) / 2
  }
  const distance = Math.sqrt(values.reduce((sum, value) => sum + (value - 1) ** 2, 0) / peers)
  expect(distance / Math.sqrt(peers - 1)).toBeLessThan(2 ** -23)
})
