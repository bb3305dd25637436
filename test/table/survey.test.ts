import { expect, test } from 'vitest'
import { cells, factsOf } from './look.ts'

test('numbers, words, days and missing cells are counted', () => {
  const facts = factsOf(['1', 'NA', '2.5', 'x', '', '?'])
  expect(facts).toMatchObject({
    present: 3,
    missing: 3,
    numbers: 2,
    isWhole: false,
    notNumber: { text: 'x', line: 5, texts: 1 },
  })
  expect(factsOf(['2024-01-01', '2024-02-30', 'nat'])).toMatchObject({ present: 2, missing: 1, dates: 1 })
  expect(factsOf(['yes', 'no', '1', 'maybe'])).toMatchObject({ yesNos: 3, numbers: 1 })
})

test('mean and deviation keep the digits of values far from 0', () => {
  const { mean, deviation } = factsOf(cells(1_000, row => 1.7e12 + (row % 2 === 0 ? 0.25 : -0.25)))
  expect(mean).toBe(1.7e12)
  expect(deviation).toBeCloseTo(0.25, 3)
})

test('a mark that is a number is missing, and no part of the mean', () => {
  expect(factsOf(['1', '-999', '3', '-999.0'], { missing: ['-999', '-999.0'] })).toMatchObject({ missing: 2, mean: 2 })
  expect(factsOf(['1', '-999'])).toMatchObject({ missing: 0, mean: -499 })
})

test('a day that is told how it is written may be a number', () => {
  const facts = factsOf(['20240101', '20240103'], { date: 'yyyymmdd' })
  expect(facts).toMatchObject({ dates: 2, numbers: 0, mean: Date.UTC(2024, 0, 2) / 1_000 })
  expect(factsOf(['20240101', '20240103'])).toMatchObject({ dates: 0, numbers: 2 })
})

test('what no float64 holds is no number', () => {
  expect(factsOf(['1', '1e999'])).toMatchObject({ numbers: 1, mean: 1, notNumber: { text: '1e999' } })
})

test.each([
  ['from 0', cells(5, row => row), true],
  ['from 1', cells(5, row => row + 1), true],
  ['written with a decimal', cells(5, row => `${row}.0`), true],
  ['from 2', cells(5, row => row + 2), false],
  ['with a gap', ['0', '1', '3'], false],
  ['backwards', ['2', '1', '0'], false],
  ['alone', ['1'], false],
])('numbers %s are row numbers, or not', (_, column, isRowNumber) => {
  expect(factsOf(column).isRowNumber).toBe(isRowNumber)
})

test('the second of two equal texts is found, and where both are', () => {
  expect(factsOf(['a', 'b', 'c', 'b', 'a'])).toMatchObject({ allDiffer: false, repeated: { text: 'b', lines: [3, 5] } })
  expect(factsOf(['a', 'b'])).toMatchObject({ allDiffer: true, repeated: undefined, distinct: 2 })
})

test('a million categories are too many, and all that is remembered of them is that none repeats', () => {
  const { values, distinct, allDiffer, present } = factsOf(cells(1_000_000, row => `c${row}`))
  expect({ values, distinct, allDiffer, present }).toEqual({
    values: undefined,
    distinct: 1e6,
    allDiffer: true,
    present: 1e6,
  })
})

test('many values take no memory that grows with them, but where they may be ids', () => {
  const measured = factsOf(cells(1_000, row => row / 3))
  expect(measured.values).toBeUndefined()
  expect(measured.numbers).toBe(1_000)
  // Of numbers few are remembered, unless they are labels; of words as many as a category may have.
  expect(factsOf(cells(100, row => row)).values?.size).toBe(100)
  expect(factsOf(cells(101, row => row)).values).toBeUndefined()
  expect(
    factsOf(
      cells(1_000, row => row),
      { isLabel: true },
    ).values?.size,
  ).toBe(1_000)
  expect(factsOf(cells(1_000, row => `w${row}`)).values?.size).toBe(1_000)
  expect(factsOf(cells(1_001, row => `w${row}`)).values).toBeUndefined()
  expect(factsOf(cells(5_000, row => `w${row}`))).toMatchObject({ allDiffer: true, distinct: 5_000 })
  expect(factsOf(cells(5_000, row => `w${row % 4_999}`))).toMatchObject({
    allDiffer: false,
    repeated: { text: 'w0', lines: [2, 5_001] },
  })
  // Whole numbers are ids only where they are named like some, and only then all are remembered.
  expect(
    factsOf(
      cells(5_000, row => (row * 7) % 4_999),
      { name: 'patient_id' },
    ).distinct,
  ).toBe(4_999)
  expect(
    factsOf(
      cells(5_000, row => (row * 7) % 4_999),
      { name: 'steps' },
    ).distinct,
  ).toBeLessThan(200)
})
