import { describe, expect, test } from 'vitest'
import {
  dateFormatOf,
  dateOf,
  isAmbiguousDate,
  isMissing,
  missingMarks,
  numberOf,
  yesNoOf,
} from '../../src/table/cells.ts'

test.each([
  ['0', 0],
  ['-1.5', -1.5],
  ['+.5', 0.5],
  ['7.', 7],
  ['1e-3', 0.001],
  ['-2E+2', -200],
  ['007', 7],
])('%s is a number', (text, value) => {
  expect(numberOf(text)).toBe(value)
})

test.each(['', ' ', '0x1f', 'Infinity', '-inf', 'NaN', '1,5', '1 000', '1e', '.', '-', '12 kg', '1_000'])(
  '"%s" is no number',
  text => {
    expect(numberOf(text)).toBeNaN()
  },
)

test('yes and no are read in any case, and nothing else is either', () => {
  expect(['true', 'TRUE', 'T', 'Yes', 'y', '1', '1.0', '1.00'].map(yesNoOf)).toEqual(Array(8).fill(1))
  expect(['false', 'False', 'f', 'NO', 'n', '0', '0.0', '0.00'].map(yesNoOf)).toEqual(Array(8).fill(0))
  for (const text of ['', 'ja', '2', 'yes!', 'maybe', '-1']) expect(yesNoOf(text)).toBeNaN()
})

test('a missing value is an empty cell or a mark, in any case of letters', () => {
  const marks = missingMarks(['NA', '-999'])
  expect(['', 'NA', 'na', 'Na', '-999'].every(text => isMissing(text, marks))).toBe(true)
  expect(['NAN', '999', 'N', '0'].some(text => isMissing(text, marks))).toBe(false)
})

const utc = (...parts: Parameters<typeof Date.UTC>) => Date.UTC(...parts) / 1_000

describe('days and times become seconds since 1970, UTC', () => {
  test.each([
    ['1970-01-01', 0],
    ['2024-02-29', utc(2024, 1, 29)],
    ['2024-12-31 23:59', utc(2024, 11, 31, 23, 59)],
    ['2024-12-31T23:59:60', utc(2025, 0, 1)],
    ['2024-12-31T01:02:03.25', utc(2024, 11, 31, 1, 2, 3) + 0.25],
    ['2024-12-31T01:00:00Z', utc(2024, 11, 31, 1)],
    ['2024-12-31 01:00:00+02:00', utc(2024, 11, 30, 23)],
    ['2024-12-31 01:00:00-0530', utc(2024, 11, 31, 6, 30)],
    ['2024-12-31 01:00:00+00', utc(2024, 11, 31, 1)],
    ['2024-12-31 01:00:00 UTC', utc(2024, 11, 31, 1)],
    ['1907-03-04', utc(1907, 2, 4)],
    ['2024/1/2', utc(2024, 0, 2)],
    ['2.1.2024', utc(2024, 0, 2)],
    ['31.12.2024 8:30', utc(2024, 11, 31, 8, 30)],
  ])('%s', (text, seconds) => {
    expect(dateOf(text)).toBe(seconds)
  })

  test.each([
    ['a day that is not in its month', '2023-02-29'],
    ['a 31st of April', '31.04.2024'],
    ['a thirteenth month', '2024-13-01'],
    ['a month of 0', '2024-00-10'],
    ['a day of 0', '0.1.2024'],
    ['an hour of 25', '2024-01-01 25:00'],
    ['a minute of 60', '2024-01-01 10:60'],
    ['a second of 61', '2024-01-01 10:00:61'],
    ['a zone that is nowhere', '2024-01-01 10:00+15:00'],
    ['a zone of 60 minutes', '2024-01-01 10:00+01:60'],
    ['a year of two digits', '24-01-01'],
    ['a year that would be taken for 1924', '0024-01-01'],
    ['a number', '20241231'],
    ['a word after it', '2024-01-01 or so'],
    ['nothing', ''],
  ])('%s is none: %s', (_, text) => {
    expect(dateOf(text)).toBeNaN()
  })

  test('of which nobody knows whether the month comes first is none, and known as such', () => {
    expect(dateOf('03/04/2024')).toBeNaN()
    expect(isAmbiguousDate('03/04/2024')).toBe(true)
    expect(isAmbiguousDate('3/4/2024 10:00')).toBe(true)
    expect(['2024/03/04', '03.04.2024', '3/4', '3/4/20245'].some(isAmbiguousDate)).toBe(false)
  })
})

describe('a way of writing days that is told', () => {
  test.each([
    ['dd/mm/yyyy', '03/04/2024', utc(2024, 3, 3)],
    ['mm/dd/yyyy', '03/04/2024', utc(2024, 2, 4)],
    ['yyyymmdd', '20240304', utc(2024, 2, 4)],
    ['DD.MM.YYYY', '3.4.2024 12:00', utc(2024, 3, 3, 12)],
    ['dd mm yyyy', '03 04 2024', utc(2024, 3, 3)],
    ['iso', '2024-03-04T00:00:00+01:00', utc(2024, 2, 3, 23)],
  ])('%s reads %s', (pattern, text, seconds) => {
    expect(dateOf(text, dateFormatOf(pattern))).toBe(seconds)
  })

  test('is the only one', () => {
    const format = dateFormatOf('dd.mm.yyyy')
    expect(dateOf('2024-03-04', format)).toBeNaN()
    // A point stands for itself.
    expect(dateOf('03x04x2024', format)).toBeNaN()
    expect(dateOf('2024131', dateFormatOf('yyyymmdd'))).toBeNaN()
  })

  test.each(['', 'dd.mm', 'dd.mm.yy', 'dd.mm.yyyy.dd', 'day.mm.yyyy', 'yyyy-ddd'])('"%s" is none', pattern => {
    expect(dateFormatOf(pattern)).toBeUndefined()
  })
})
