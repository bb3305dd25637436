import { counted } from '../../table/words.ts'
import { type DecimalSign, plainNumber } from './decimals.ts'
import type { Dialect } from './dialect.ts'
import type { Layout } from './layout.ts'
import type { Problem } from './problems.ts'
import type { Cells, RowBlock } from './rows.ts'
import { separatorName, type TokenizedRow } from './tokenizer.ts'

/**
 * What makes a block of rows as they were tokenized, each with a cell for each column, numbers plain, and without the header.
 *
 * @returns changes the rows that it is given; gives no block where none is left
 */
export function createArranger(
  { names, headerLine }: Layout,
  { separator, hasSeparatorLine }: Dialect,
  decimals: readonly (DecimalSign | undefined)[],
  onProblem: (problem: Problem) => void,
): (rows: readonly TokenizedRow[]) => RowBlock[] {
  const width = names.length
  const hasHeader = headerLine !== undefined

  function arranged({ cells, line }: TokenizedRow): string[] | undefined {
    if (line === headerLine || (hasSeparatorLine && line === 1)) return undefined
    const isWide = cells.length > width && cells.slice(width).every(cell => cell === '')
    if (cells.length !== width && !isWide) {
      onProblem({
        row: line,
        text: `found ${counted(cells.length, 'column')}; expected ${width}: ${remedy(cells.length)}`,
      })
      return undefined
    }
    cells.length = width
    for (let column = 0; column < width; column++) {
      const decimal = decimals[column]
      const cell = trimmed(cells[column])
      cells[column] = decimal === undefined ? cell : plainNumber(cell, decimal)
    }
    if (hasHeader && cells[0] === names[0] && isHeader(cells)) {
      const text =
        'found the names of the columns again; expected a sample: files may have been put together, each with its header; remove this row'
      onProblem({ row: line, text })
      return undefined
    }
    return cells
  }

  const isHeader = (row: Cells) => names.every((name, column) => row[column] === name)

  function remedy(found: number): string {
    if (found < width) return 'give it a cell for each column, empty where nothing is known, or remove the row'
    return `put a cell with ${separatorName(separator)} in it into quotes, or say what separates cells with ?sep=`
  }

  return rows => {
    const block: { rows: Cells[]; lines: number[] } = { rows: [], lines: [] }
    for (const tokenized of rows) {
      const row = arranged(tokenized)
      if (row === undefined) continue
      block.rows.push(row)
      block.lines.push(tokenized.line)
    }
    return block.rows.length === 0 ? [] : [block]
  }
}

const BLANK = 32

/** Within quotes the parser leaves blanks. Most cells have none, and `trim` would cost more than to look. */
function trimmed(cell: string): string {
  return cell.charCodeAt(0) <= BLANK || cell.charCodeAt(cell.length - 1) <= BLANK ? cell.trim() : cell
}
