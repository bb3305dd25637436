import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Measured, meanCourse } from '../../simulations/report/mean-course.ts'

const run = (...values: (number | null)[]): Measured[] => values.map((y, round) => ({ round, x: 10 * round, y }))

/** Far from where halves of it would be rounded. */
const value = fc.integer({ min: -1e9, max: 1e9 }).map(thousandths => thousandths / 1024)
/** Runs of unlike lengths. */
const runs = fc.array(fc.array(value, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 })
const of = (values: readonly (readonly number[])[]) => meanCourse(values.map(one => run(...one)))

test('one run is its own mean, and so are runs that are the same', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 7 }), (values, seeds) => {
      expect(of(Array(seeds).fill(values))).toEqual(
        values.map((y, round) => ({ round, x: 10 * round, mean: y, least: y, greatest: y, seeds })),
      )
    }),
  )
})

test('the order of the runs decides nothing, to the bit', () => {
  fc.assert(
    fc.property(runs, values => {
      expect(of(values.toReversed())).toEqual(of(values))
    }),
  )
})

test('a point has the sum, the least and the greatest of the runs that go on, and says how many they are', () => {
  fc.assert(
    fc.property(runs, values => {
      const course = of(values)
      expect(course.map(({ round }) => round)).toEqual([...Array(Math.max(...values.map(one => one.length))).keys()])
      for (const { round, mean, least, greatest, seeds } of course) {
        const here = values.filter(one => one.length > round).map(one => one[round])
        expect(seeds).toBe(here.length)
        expect([least, greatest]).toEqual([Math.min(...here), Math.max(...here)])
        expect(mean * seeds).toBeCloseTo(
          here.reduce((sum, one) => sum + one, 0),
          6,
        )
      }
    }),
  )
})

test('what is measured in other units moves with them', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: -9, max: 9 }), (values, exponent) => {
      const unit = 2 ** exponent
      const scaled = of(values.map(one => one.map(y => y * unit)))
      expect(scaled).toEqual(
        of(values).map(({ mean, least, greatest, ...others }) => ({
          ...others,
          mean: mean * unit,
          least: least * unit,
          greatest: greatest * unit,
        })),
      )
    }),
  )
})

test('a run that ends early counts for as long as it lasts', () => {
  expect(meanCourse([run(1, 2, 3), run(3, 4)])).toEqual([
    { round: 0, x: 0, mean: 2, least: 1, greatest: 3, seeds: 2 },
    { round: 1, x: 10, mean: 3, least: 2, greatest: 4, seeds: 2 },
    { round: 2, x: 20, mean: 3, least: 3, greatest: 3, seeds: 1 },
  ])
})

test('a run is over where its last figures are not finite', () => {
  const finite = meanCourse([run(1, 2), run(1)])
  expect(meanCourse([run(1, 2), run(1, Number.NaN)])).toEqual(finite)
  expect(meanCourse([run(1, 2), run(1, Number.POSITIVE_INFINITY)])).toEqual(finite)
})

test('there is no point where a run that goes on was not measured', () => {
  const rounds = (...all: Measured[][]) => meanCourse(all).map(({ round }) => round)
  expect(rounds(run(1, null, 3), run(1, 2, 3))).toEqual([0, 2])
  // One judged at every second round, one at every round.
  expect(rounds([run(1, 2, 3, 4, 5)[0], run(1, 2, 3, 4, 5)[2]], run(1, 2, 3, 4))).toEqual([0, 2, 3])
  expect(rounds(run(null, null), run(null))).toEqual([])
})
