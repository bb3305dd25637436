import { quote } from '../../table/words.ts'
import { DataFileError } from '../errors.ts'
import { problemText } from './problems.ts'
import type { TokenizedRow } from './tokenizer.ts'

/** The sign before decimals; the other one may then stand between thousands. */
export type DecimalSign = '.' | ','

/**
 * How numbers are written that can be read in one way only. `1,234` and `1.234` can be read in two: they are 1234 where the sign stands
 * between thousands, and about 1.2 where it stands before decimals. `0,234` cannot.
 */
const WITH_POINT = /^[+-]?(\d*\.\d+|\d+\.|\d{1,3}(,\d{3})+\.\d*|\d{1,3}(,\d{3}){2,})(e[+-]?\d+)?$/i
const WITH_COMMA = /^[+-]?(\d*,\d+|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,})(e[+-]?\d+)?$/i
const TWO_WAYS = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/
const WHOLE = /^[+-]?\d+(e[+-]?\d+)?$/i

/** What a column's cells tell of its decimal sign. */
interface Signs {
  /** A cell that can only be read with a decimal point, and one with a decimal comma. */
  readonly point?: Found
  readonly comma?: Found
  /** Cells that can be read in two ways, of each sign. */
  readonly twoWaysPoint?: Found
  readonly twoWaysComma?: Found
}

interface Found {
  readonly cell: string
  readonly line: number
}

/**
 * The decimal sign of each column, so that a file may have columns of both: `.` where cells can only be read with it, or `,`. Where
 * those of a column can be read in two ways, the other columns tell, else a separator that leaves the comma to numbers (`;`). Undefined
 * where a column holds text, or nothing in the sample tells: then its cells stay as they are.
 *
 * @param columns names for messages, as `column 2 ("price")`
 * @throws DataFileError where one column has both signs, or nothing tells
 */
export function findDecimals(
  file: string,
  columns: readonly string[],
  rows: readonly TokenizedRow[],
  separator: string,
): (DecimalSign | undefined)[] {
  const found = columns.map((_, column) => readSigns(rows, column))
  const some = (sign: 'point' | 'comma') => found.some(signs => signs?.[sign] !== undefined)
  // What files have by their other columns.
  const common = some('point') === some('comma') ? undefined : some('comma') ? ',' : '.'
  return found.map((signs, column) => {
    if (signs === undefined) return undefined
    const { point, comma, twoWaysPoint, twoWaysComma } = signs
    const isMixed = point !== undefined && comma !== undefined
    if (
      isMixed ||
      (point === undefined && comma === undefined && twoWaysPoint !== undefined && twoWaysComma !== undefined)
    ) {
      throw twoSigns(file, columns[column], comma ?? (twoWaysComma as Found), point ?? (twoWaysPoint as Found))
    }
    if (comma !== undefined) return ','
    if (point !== undefined) return '.'
    if (twoWaysComma !== undefined) {
      const sign = common ?? (separator === ';' ? ',' : undefined)
      if (sign !== undefined) return sign
      throw twoReadings(file, columns[column], twoWaysComma)
    }
    return common ?? (twoWaysPoint === undefined ? undefined : '.')
  })
}

function twoSigns(file: string, column: string, { cell, line }: Found, other: Found): DataFileError {
  const text =
    `found ${quote(cell)}, and ${quote(other.cell)} in row ${other.line}; expected one decimal sign in a ` +
    'column: say which it is with ?decimal=, or ?decimal=.'
  return new DataFileError(problemText(file, { row: line, column, text }))
}

function twoReadings(file: string, column: string, { cell, line }: Found): DataFileError {
  const text =
    `found ${quote(cell)}, which is ${cell.replace(',', '')} or ${cell.replace(',', '.')}; expected numbers that can ` +
    'be read in one way: say ?decimal=. for the first, ?decimal=, for the second'
  return new DataFileError(problemText(file, { row: line, column, text }))
}

/** Undefined where the column holds something else than numbers. */
function readSigns(rows: readonly TokenizedRow[], column: number): Signs | undefined {
  const signs: { -readonly [Sign in keyof Signs]: Signs[Sign] } = {}
  let numbers = 0
  let filled = 0
  for (const { cells, line } of rows) {
    const cell = cells[column] ?? ''
    if (cell === '') continue
    filled++
    const sign = signOf(cell)
    if (sign === undefined) continue
    numbers++
    if (sign !== 'none') signs[sign] ??= { cell, line }
  }
  // Missing values have words of their own, which may be many.
  return 2 * numbers < filled ? undefined : signs
}

function signOf(cell: string): keyof Signs | 'none' | undefined {
  if (WHOLE.test(cell)) return 'none'
  if (TWO_WAYS.test(cell)) return cell.includes(',') ? 'twoWaysComma' : 'twoWaysPoint'
  if (WITH_POINT.test(cell)) return 'point'
  return WITH_COMMA.test(cell) ? 'comma' : undefined
}

/** Whether a cell is a number in one of the ways that numbers are written. */
export function isNumber(cell: string): boolean {
  return signOf(cell) !== undefined
}

const POINT_AND_THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/
const COMMA_AND_THOUSANDS = /^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/

/** A cell of which a number is written with a decimal point and nothing between thousands; any other text as it is. */
export function plainNumber(cell: string, decimal: DecimalSign): string {
  if (decimal === '.') {
    return cell.includes(',') && POINT_AND_THOUSANDS.test(cell) ? cell.replaceAll(',', '') : cell
  }
  if (cell.includes('.')) {
    return COMMA_AND_THOUSANDS.test(cell) ? cell.replaceAll('.', '').replace(',', '.') : cell
  }
  return cell.includes(',') && WITH_COMMA.test(cell) ? cell.replace(',', '.') : cell
}
