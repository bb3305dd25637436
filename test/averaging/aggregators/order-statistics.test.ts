import fc from 'fast-check'
import { expect, it } from 'vitest'
import { select } from '../../../src/averaging/aggregators/order-statistics.ts'

// Sorting puts −0 before 0, which no comparison does: adding 0 leaves only the latter.
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })).map(number => number + 0)
const lists = fc.array(value, {
  minLength: 1,
  maxLength: 120,
  size: 'max',
})

it('puts at any place what sorting would, with nothing larger before and nothing smaller after', () => {
  fc.assert(
    fc.property(lists, values => {
      const sorted = Float64Array.from(values).sort()
      for (let k = 0; k < values.length; k++) {
        const selected = Float64Array.from(values)
        select(selected, 0, values.length, k)
        const before = selected.slice(0, k).sort()
        const after = selected.slice(k + 1).sort()
        expect(Float64Array.of(...before, selected[k], ...after)).toEqual(sorted)
      }
    }),
    { numRuns: 50 },
  )
})

it('leaves what is outside of its range', () => {
  const values = Float64Array.of(9, 3, 2, 1, -9)
  select(values, 1, 4, 1)
  expect([...values]).toEqual([9, 1, 2, 3, -9])
})

it('ends where a value is no number', () => {
  const values = Float64Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? Number.NaN : (13 * i) % 50))
  select(values, 0, 100, 50)
  expect(values.filter(Number.isNaN)).toHaveLength(15)
})
