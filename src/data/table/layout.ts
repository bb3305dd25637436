import { quote } from '../../table/words.ts'
import { DataFileError } from '../errors.ts'
import { commonWidth, type Dialect } from './dialect.ts'
import { looksLikeHeader, standsAboveNumbers } from './header.ts'
import type { TableParameters } from './parameters.ts'
import { createProblems, problemText } from './problems.ts'
import { type Cells, numberedNames } from './rows.ts'
import type { TokenizedRow } from './tokenizer.ts'

/** What the rows are, beside how they are written. */
export interface Layout {
  readonly names: readonly string[]
  /** The line of the names; undefined where they are not the file's. */
  readonly headerLine: number | undefined
  /** The rows of the sample that hold cells of the columns. */
  readonly body: readonly TokenizedRow[]
}

/**
 * Finds which columns there are, and what they are called.
 *
 * @throws DataFileError where the names are none of the rows below, or some are the same
 */
export function findLayout(
  file: string,
  { rows }: Dialect,
  { header, missing }: Pick<TableParameters, 'header' | 'missing'>,
): Layout {
  const [first, ...others] = rows
  const below = others.map(({ cells }) => cells)
  const width = commonWidth(below)
  const [second = [], ...rest] = below
  // A title may stand above the names.
  const isBelowTitle = standsAboveNumbers(second, rest, missing)
  // R writes the names of rows, and no name above them.
  const isOneShort =
    first.cells.length + 1 === width &&
    below.some(cells => cells.length === width && cells.at(-1) !== '') &&
    !isBelowTitle
  const cells = isOneShort ? ['', ...first.cells] : first.cells
  const hasHeader = header ?? looksLikeHeader(cells, below, missing)
  if (!hasHeader) {
    return { names: numberedNames(commonWidth([first.cells, ...below])), headerLine: undefined, body: rows }
  }
  // Sheets go on with empty columns.
  const isFilled = (column: number) => below.some(cells => (cells[column] ?? '') !== '')
  let count = cells.length
  while (count > 1 && cells[count - 1] === '' && !isFilled(count - 1)) count--
  const names = cells.slice(0, count).map(name => name.trim())
  const hasTitle = isBelowTitle && names.filter(name => name === '').length > 1
  if (hasTitle || !fits(names.length, below)) throw noNames(file, names, first.line, below)
  requireDifferent(file, names, first.line)
  return { names, headerLine: first.line, body: others }
}

/** Whether rows have a cell for each name, nearly all of those that are alike. */
function fits(names: number, below: readonly Cells[]): boolean {
  const width = commonWidth(below)
  const even = below.filter(cells => cells.length === width)
  if (width === names || even.length < 2 || even.length < 0.9 * below.length) return true
  return width > names && even.every(cells => cells.slice(names).every(cell => cell === ''))
}

function noNames(file: string, names: readonly string[], row: number, below: readonly Cells[]): DataFileError {
  const found = count(names.filter(name => name !== '').length, 'name')
  const text =
    `found ${found}, and ${count(commonWidth(below), 'column')} in most rows below; expected a name for each column: ` +
    'remove what stands above the names, or name the separator with ?sep=, or say header=no if there are no names'
  return new DataFileError(problemText(file, { row, text }))
}

/** @throws DataFileError naming all that are not */
function requireDifferent(file: string, names: readonly string[], row: number): void {
  const problems = createProblems(file)
  const seen = new Map<string, number>()
  names.forEach((name, column) => {
    const before = seen.get(name)
    if (before !== undefined && name !== '') {
      const text = `found ${quote(name)}, as column ${before + 1} is named too; expected names that differ: rename one`
      problems.add({ row, column: `column ${column + 1}`, text })
    }
    if (before === undefined) seen.set(name, column)
  })
  const error = problems.error()
  if (error !== undefined) throw error
}

const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? '' : 's'}`
