import { isMissing, missingMarks } from '../../table/cells.ts'
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
  if (standsAboveNumbers(first, others, missing)) return true
  const numbers = first.filter(isNumber)
  if (numbers.length > 0) return isCount(numbers)
  const marks = missingMarks([...MISSING_MARKS, ...missing])
  const isAgain = (cell: string, column: number) => others.some(cells => cells[column] === cell)
  const texts = first.map((cell, column) => ({ cell, column })).filter(({ cell }) => !isMissing(cell, marks))
  return texts.length > 0 && !texts.some(({ cell, column }) => isAgain(cell, column))
}

/** Whether a row has a text where all others have numbers, as far as they have anything. */
export function standsAboveNumbers(row: Cells, others: readonly Cells[], missing: readonly string[] = []): boolean {
  const marks = missingMarks([...MISSING_MARKS, ...missing])
  const isText = (cell: string) => !isMissing(cell, marks) && !isNumber(cell)
  return row.some((cell, column) => {
    if (!isText(cell)) return false
    // Where files were put together, the header comes again.
    const values = others.map(cells => cells[column] ?? '').filter(value => value !== cell && !isMissing(value, marks))
    return values.length > 0 && values.every(isNumber)
  })
}

/** Whether numbers are whole and each is the next of the one before: as pandas numbers columns without names, or years. */
function isCount(numbers: readonly string[]): boolean {
  if (numbers.length < 3 || !numbers.every(number => /^\d+$/.test(number))) return false
  const [first] = numbers.map(Number)
  const begins = first <= 1 || (first >= 1_800 && first < 2_200)
  return begins && numbers.every((number, index) => Number(number) === first + index)
}
