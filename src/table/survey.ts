/**
 * What a column holds, found by looking at all of its cells once, in memory that does not grow with them.
 *
 * @packageDocumentation
 */

import { type DateFormat, dateOf, isAmbiguousDate, isMissing, numberOf, yesNoOf } from './cells.ts'
import { FEW_TEXTS, ID_SHARE, MAXIMUM_CATEGORIES, MOST_CATEGORIES, MOST_REMEMBERED } from './constants.ts'
import { isNamedLikeId } from './ids.ts'

export interface SurveyOptions {
  /** In lower case. */
  readonly missing: ReadonlySet<string>
  /** The file's way of writing days, where the user says it. */
  readonly date?: DateFormat
  /** Whether it is the label's column: numbers may be its classes then. */
  readonly isLabel?: boolean
}

/** The first cell that is not as most others of its column are. */
export interface OddCell {
  readonly text: string
  readonly line: number
  /** How many different ones there are, up to one more than {@link FEW_TEXTS}. */
  readonly texts: number
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
  /**
   * Rows of each distinct text, in order of first sight; undefined where there are more than {@link MAXIMUM_CATEGORIES}, or more than
   * {@link MOST_CATEGORIES} of numbers alone, as ten thousand columns of measured values must not be remembered.
   */
  readonly values: ReadonlyMap<string, number> | undefined
  /** Distinct texts, as far as they were remembered. */
  readonly distinct: number
  /** Whether every text that was remembered came once. */
  readonly allDiffer: boolean
  /** Whether the numbers are 0, 1, 2, … or 1, 2, 3, …, as they come. */
  readonly isRowNumber: boolean
  /** The cells that are no numbers, and those that are no days, as far as days were looked for. */
  readonly notNumber: OddCell | undefined
  readonly notDay: OddCell | undefined
  /** The first text that came a second time, and where. */
  readonly repeated: { readonly text: string; readonly lines: readonly [number, number] } | undefined
}

export interface ColumnSurvey {
  /**
   * @param line for messages
   * @param row its number in the table, however many rows were left out
   */
  add(text: string, line: number, row: number): void
  facts(): ColumnFacts
}

export function surveyColumn(name: string, index: number, options: SurveyOptions): ColumnSurvey {
  const { missing: marks, date, isLabel = false } = options
  const isNamedSo = isNamedLikeId(name)
  /** Most marks are words, and to look whether a number is one would cost as much as all the rest. */
  const hasNumbersAsMarks = Array.from(marks, numberOf).some(value => !Number.isNaN(value))
  let present = 0
  let missing = 0
  let numbers = 0
  let yesNos = 0
  let dates = 0
  let ambiguousDates = 0
  let isWhole = true
  let firstNumber = Number.NaN
  let firstRow = 0
  let isRowNumber = true
  const notNumber = oddCells()
  const notDay = oddCells()
  let repeated: ColumnFacts['repeated']
  let mean = 0
  let squares = 0
  let measured = 0
  let values: Map<string, number> | undefined = new Map()
  /** Where each text was first seen, as long as it may be an id. */
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
    // What no id can be is known without remembering more of it: memory is for few columns.
    if (values === undefined && !mayBeId()) seen = undefined
  }

  function mayBeId(): boolean {
    const isNumbers = numbers === present
    if (!isNamedSo) return !isNumbers && repeated === undefined
    return (!isNumbers || isWhole) && distinct >= ID_SHARE * present
  }

  return {
    add(text, line, row) {
      // A format that is given makes days of numbers too: 20241231.
      const given = date?.read(text) ?? Number.NaN
      const value = Number.isNaN(given) ? numberOf(text) : Number.NaN
      // 1e999 is one, and yet none to reckon with.
      const isNumber = Number.isFinite(value)
      if ((!isNumber || hasNumbersAsMarks) && isMissing(text, marks)) {
        missing++
        return
      }
      let isDay = false
      if (isNumber) {
        if (present === numbers) measure(value)
        if (numbers === 0) {
          firstNumber = value
          firstRow = row
        }
        isRowNumber &&= value - firstNumber === row - firstRow
        numbers++
        isWhole &&= Number.isInteger(value)
      } else {
        notNumber.add(text, line)
        // A column whose first cells are words is no column of days.
        const mayBeDay = present <= 2 * dates + FEW_TEXTS
        const seconds = date === undefined && mayBeDay ? dateOf(text) : given
        isDay = !Number.isNaN(seconds)
        if (isDay) {
          dates++
          measure(seconds)
        } else if (isAmbiguousDate(text)) ambiguousDates++
      }
      if (!isDay) notDay.add(text, line)
      present++
      if (!Number.isNaN(yesNoOf(text))) yesNos++
      const count = values?.get(text)
      if (values !== undefined) {
        if (count !== undefined) values.set(text, count + 1)
        else if (values.size < (isLabel || numbers < present ? MAXIMUM_CATEGORIES : MOST_CATEGORIES))
          values.set(text, 1)
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
      notNumber: notNumber.found(),
      notDay: notDay.found(),
      repeated,
    }),
  }
}

/** Keeps the first of some cells, and how many different ones there are. */
function oddCells(): { add(text: string, line: number): void; found(): OddCell | undefined } {
  let first: { readonly text: string; readonly line: number } | undefined
  const texts = new Set<string>()
  return {
    add(text, line) {
      first ??= { text, line }
      if (texts.size <= FEW_TEXTS) texts.add(text)
    },
    found: () => first && { ...first, texts: texts.size },
  }
}
