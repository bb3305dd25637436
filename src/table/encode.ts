/**
 * Rows of a table as a model's features and labels.
 *
 * @packageDocumentation
 */

import { type DateFormat, dateOf, isAmbiguousDate, isMissing, missingMarks, numberOf, yesNoOf } from './cells.ts'
import { isSameClass } from './describe-site.ts'
import { columnWidth, labelNames, type TableColumn, type TableSchema, tableWidth } from './schema.ts'
import { joined, quote, quoteName } from './words.ts'

/** How one file writes what the schema leaves open. */
export interface EncodeOptions {
  /** The file's way of writing days, where the user says it. */
  readonly date?: DateFormat
  /** Marks that stand for a missing value here, beside those of the schema. */
  readonly missing?: readonly string[]
}

/** A cell that the schema has no place for. */
export interface CellFault {
  /** Name of the column. */
  readonly column: string
  readonly found: string
  /** What is accepted, and what to do: the end of a sentence. */
  readonly expected: string
}

/** Makes features and labels of the rows of one file, whose columns were found in the schema. */
export interface TableEncoder {
  /** Features of a row. */
  readonly width: number
  /** Columns of the file that the schema does not have. */
  readonly extra: readonly string[]
  /**
   * Writes a row's features: numbers less their column's origin, NaN where one is missing.
   *
   * @param into where to, from `offset` on
   * @returns what is wrong with the row, whose features are then of no use; undefined where nothing is
   */
  features(cells: readonly string[], into: Float32Array, offset: number): CellFault | undefined
  /** The text of the label's column; undefined where it is missing, or the file has no such column. */
  className(cells: readonly string[]): string | undefined
  /**
   * Writes the targets, less their origins.
   *
   * @returns false where one is missing, or the file has no such column; what is wrong where one is no number
   */
  targets(cells: readonly string[], into: Float32Array, offset: number): boolean | CellFault
}

/** Why a file is not a table of the schema: one sentence for each problem. */
export interface TableMisfit {
  readonly problems: readonly string[]
}

/**
 * Finds the schema's columns in a file, by name.
 *
 * @param names the file's columns
 * @param needsLabel whether a file without the label's column is refused
 */
export function createEncoder(
  schema: TableSchema,
  names: readonly string[],
  options: EncodeOptions,
  needsLabel: boolean,
): TableEncoder | TableMisfit {
  const labels = labelNames(schema.label)
  const wanted = [...schema.columns.map(({ name }) => name), ...(needsLabel ? labels : [])]
  const known = new Set([...wanted, ...labels])
  const extra = names.filter(name => !known.has(name))
  const problems: string[] = []
  const places = new Map(names.map((name, place) => [name, place]))
  const missing = wanted.filter(name => !places.has(name))
  if (missing.length > 0) {
    const what = missing.length === 1 ? 'the column' : 'the columns'
    const others =
      extra.length === 0
        ? `, and the recipe knows all others: expected a table with ${missing.length === 1 ? 'it' : 'them'}`
        : `; it has ${joined(extra.map(quoteName))}, which the recipe does not know: rename what is the same`
    problems.push(
      `${what} ${joined(missing.map(quote))} of the recipe ${missing.length === 1 ? 'is' : 'are'} missing${others}`,
    )
  }
  if (problems.length > 0) return { problems }

  const marks = missingMarks([...schema.missing, ...(options.missing ?? [])])
  const width = tableWidth(schema)
  const columnPlaces = schema.columns.map(({ name }) => places.get(name) as number)
  const widths = new Int32Array(schema.columns.map(columnWidth))
  const writers = schema.columns.map(column => writerOf(column, options))
  const labelPlaces = labels.map(name => places.get(name) ?? -1)
  const origins = schema.label.kind === 'number' ? schema.label.targets.map(({ origin }) => origin) : []

  return {
    width,
    extra,
    features(cells, into, offset) {
      let at = offset
      for (let column = 0; column < writers.length; column++) {
        const text = cells[columnPlaces[column]]
        const expected = writers[column](text, isMissing(text, marks), into, at)
        if (expected !== undefined) return { column: schema.columns[column].name, found: text, expected }
        at += widths[column]
      }
      return undefined
    },
    className(cells) {
      const text = cells[labelPlaces[0]] ?? ''
      return isMissing(text, marks) ? undefined : text
    },
    targets(cells, into, offset) {
      for (const [target, place] of labelPlaces.entries()) {
        const text = cells[place] ?? ''
        if (isMissing(text, marks)) return false
        const value = numberOf(text)
        if (Number.isNaN(value))
          return { column: labels[target], found: text, expected: 'a number, as the label is measured' }
        into[offset + target] = value - origins[target]
        if (!Number.isFinite(into[offset + target])) return { column: labels[target], found: text, expected: TOO_LARGE }
      }
      return true
    },
  }
}

const TOO_LARGE = 'a number that float32 can hold, below 3.4e38'

/** Writes one column of a row. @returns what is expected, where the text is not that */
type Writer = (text: string, isMissing: boolean, into: Float32Array, at: number) => string | undefined

function writerOf(column: TableColumn, { date }: EncodeOptions): Writer {
  if (column.kind === 'category') return categoryWriter(column)
  const { kind, missing } = column
  const origin = kind === 'yes/no' ? 0 : column.origin
  const read = kind === 'number' ? numberOf : kind === 'date' ? (text: string) => dateOf(text, date) : yesNoOf
  return (text, isMissing, into, at) => {
    if (isMissing) {
      into[at] = Number.NaN
      return missing === 'mean' ? undefined : 'a value, as the recipe takes no missing ones in this column'
    }
    const value = read(text)
    if (Number.isNaN(value)) return expectation(kind, text)
    into[at] = value - origin
    return Number.isFinite(into[at]) ? undefined : TOO_LARGE
  }
}

function expectation(kind: 'number' | 'date' | 'yes/no', text: string): string {
  const otherwise = `; if it stands for a missing value, say ?missing=${encodeURIComponent(text)}`
  if (kind === 'number') return `a number${otherwise}`
  if (kind === 'yes/no') return `yes or no (true, false, y, n, 1, 0)${otherwise}`
  const ambiguous = isAmbiguousDate(text) ? ', since nobody knows whether the month comes first' : ''
  return `a date such as 2024-12-31; if it is written otherwise, say how with ?date=dd/mm/yyyy or the like${ambiguous}`
}

function categoryWriter({ values, other, missing }: Extract<TableColumn, { kind: 'category' }>): Writer {
  const place = new Map(values.map((value, index) => [value, index]))
  const width = values.length + (other ? 1 : 0) + (missing === 'value' ? 1 : 0)
  return (text, isMissing, into, at) => {
    into.fill(0, at, at + width)
    const known = place.get(text)
    if (known !== undefined) into[at + known] = 1
    else if (isMissing) {
      if (missing === 'refuse') return 'a value, as no site that wrote the recipe had a missing one here'
      into[at + width - 1] = 1
    } else if (other) into[at + values.length] = 1
    else {
      return `one of ${joined(values.map(quote))}, which the recipe knows; a recipe that knows more is written from every site's schema (hearsay init --schema)`
    }
    return undefined
  }
}

/** The recipe's class that a label's text names, by the text or else by the number that it is; −1 where it names none. */
export function classIndexOf(text: string, classNames: readonly string[]): number {
  const exact = classNames.indexOf(text)
  return exact >= 0 ? exact : classNames.findIndex(name => isSameClass(name, text))
}
