/**
 * What a column holds, found by looking at all of its cells once, in memory that does not grow with them.
 *
 * @packageDocumentation
 */

import { type DateFormat, dateOf, isAmbiguousDate, isMissing, numberOf, yesNoOf } from './cells.ts'
import { MAXIMUM_CATEGORIES, MOST_REMEMBERED } from './constants.ts'

export interface SurveyOptions {
  /** In lower case. */
  readonly missing: ReadonlySet<string>
  /** The file's way of writing days, where the user says it. */
  readonly date?: DateFormat
}

/** A cell that is not as most others of its column are. */
export interface OddCell {
  readonly text: string
  readonly line: number
}

/** What was found in a column. */
export interface ColumnFacts {
  readonly name: string
  /** From 0. */
  readonly index: number
  readonly present: number
  readonly missing: number
  /** Cells that are numbers; those that are yes or no, or days, in words of their own. */
  readonly numbers: number
  readonly yesNos: number
  readonly dates: number
  /** Days of which nobody knows whether the month comes first. */
  readonly ambiguousDates: number
  /** Whether all numbers are whole. */
  readonly isWhole: boolean
  /** Of the numbers, or else of the days. */
  readonly mean: number
  readonly deviation: number
  /** Rows of each distinct text, in order of first sight; undefined where there are more than {@link MAXIMUM_CATEGORIES}. */
  readonly values: ReadonlyMap<string, number> | undefined
  /** Distinct texts, as far as they were remembered. */
  readonly distinct: number
  /** Whether every text that was remembered came once. */
  readonly allDiffer: boolean
  /** Whether the numbers are 0, 1, 2, … or 1, 2, 3, …, as they come. */
  readonly isRowNumber: boolean
  /** The first cell that is no number. */
  readonly odd: OddCell | undefined
  /** The first text that came a second time, and where. */
  readonly repeated: { readonly text: string; readonly lines: readonly [number, number] } | undefined
}

export interface ColumnSurvey {
  add(text: string, line: number): void
  facts(): ColumnFacts
}

export function surveyColumn(name: string, index: number, options: SurveyOptions): ColumnSurvey {
  const { missing: marks, date } = options
  let present = 0
  let missing = 0
  let numbers = 0
  let yesNos = 0
  let dates = 0
  let ambiguousDates = 0
  let isWhole = true
  let firstNumber = Number.NaN
  let isRowNumber = true
  let odd: OddCell | undefined
  let repeated: ColumnFacts['repeated']
  let mean = 0
  let squares = 0
  let measured = 0
  let values: Map<string, number> | undefined = new Map()
  /** Where each text was first seen, as long as it may be an id: whole numbers or words that hardly ever repeat. */
  let seen: Map<string, number> | undefined = new Map()
  let distinct = 0

  /** After Welford (1962): mean and squares in one pass, without the loss of digits that Σx² brings. */
  function measure(value: number): void {
    measured++
    const difference = value - mean
    mean += difference / measured
    squares += difference * (value - mean)
  }

  function remember(text: string, line: number): void {
    if (seen === undefined) return
    const first = seen.get(text)
    if (first === undefined) {
      distinct++
      if (seen.size < MOST_REMEMBERED) seen.set(text, line)
    } else repeated ??= { text, lines: [first, line] }
    // Measured values, and texts that often repeat, are no ids: what they are is known without remembering them.
    const isMeasured = !isWhole && numbers === present
    const repeats = present > 2_000 && distinct < present / 2
    if (values === undefined && (isMeasured || repeats)) seen = undefined
  }

  return {
    add(text, line) {
      // A format that is given makes days of numbers too: 20241231.
      const given = date?.read(text) ?? Number.NaN
      const value = Number.isNaN(given) ? numberOf(text) : Number.NaN
      const isNumber = !Number.isNaN(value)
      if (!isNumber && isMissing(text, marks)) {
        missing++
        return
      }
      if (isNumber) {
        if (present === numbers) measure(value)
        if (numbers === 0) firstNumber = value
        isRowNumber &&= value === firstNumber + numbers
        numbers++
        isWhole &&= Number.isInteger(value)
      } else {
        odd ??= { text, line }
        const seconds = present !== dates || date !== undefined ? given : dateOf(text)
        if (!Number.isNaN(seconds)) {
          dates++
          measure(seconds)
        } else if (isAmbiguousDate(text)) ambiguousDates++
      }
      present++
      if (!Number.isNaN(yesNoOf(text))) yesNos++
      const count = values?.get(text)
      if (values !== undefined) {
        if (count !== undefined) values.set(text, count + 1)
        else if (values.size < MAXIMUM_CATEGORIES) values.set(text, 1)
        else values = undefined
      }
      remember(text, line)
    },

    facts: () => ({
      name,
      index,
      present,
      missing,
      numbers,
      yesNos,
      dates,
      ambiguousDates,
      isWhole: numbers > 0 && isWhole,
      mean: measured === 0 ? Number.NaN : mean,
      deviation: measured === 0 ? Number.NaN : Math.sqrt(squares / measured),
      values,
      distinct: values?.size ?? distinct,
      allDiffer: repeated === undefined && seen !== undefined && present > 1,
      isRowNumber: isRowNumber && numbers > 1 && numbers === present && (firstNumber === 0 || firstNumber === 1),
      odd,
      repeated,
    }),
  }
}
