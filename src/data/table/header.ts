import { missingMarks, isMissing as standsForNothing } from '../../table/cells.ts'
import { MISSING_MARKS } from '../../table/constants.ts'
import { isNumber } from './decimals.ts'
import type { Cells } from './rows.ts'

/**
 * Whether the first row holds names rather than a sample. It does where a text stands above numbers, or where it has no numbers and no
 * text of it comes again below. It does not where it has numbers itself, unless they count (0, 1, 2, …) or are years in a row.
 *
 * @param missing texts that stand for a missing value too
 */
export function looksLikeHeader(first: Cells, others: readonly Cells[], missing: readonly string[] = []): boolean {
  const marks = missingMarks([...MISSING_MARKS, ...missing])
  const isMissing = (cell: string) => standsForNothing(cell, marks)
  const below = (column: number) => others.map(cells => cells[column] ?? '').filter(cell => !isMissing(cell))
  const isAboveNumbers = first.some((cell, column) => {
    if (isMissing(cell) || isNumber(cell)) return false
    const values = below(column)
    return values.length > 0 && values.every(isNumber)
  })
  if (isAboveNumbers) return true
  const numbers = first.filter(isNumber)
  if (numbers.length > 0) return isCount(numbers)
  return (
    first.some(cell => !isMissing(cell)) &&
    first.every((cell, column) => isMissing(cell) || !below(column).includes(cell))
  )
}

/** Whether numbers are whole and each is the next of the one before: as pandas numbers columns without names, or years. */
function isCount(numbers: readonly string[]): boolean {
  if (numbers.length < 3 || !numbers.every(number => /^\d+$/.test(number))) return false
  const [first] = numbers.map(Number)
  const begins = first <= 1 || (first >= 1_800 && first < 2_200)
  return begins && numbers.every((number, index) => Number(number) === first + index)
}
