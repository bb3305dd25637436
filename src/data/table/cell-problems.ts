import { ROWS_NAMED } from '../../table/constants.ts'
import type { CellFault } from '../../table/encode.ts'
import { quote, count as written } from '../../table/words.ts'
import { fileProblems, type Problem, sentenceOf } from './problems.ts'

/** Rows that are read on after the first that is wrong, to tell of all that is wrong with a file at once. */
export const MOST_FAULTY_ROWS = 10_000

/** All that is wrong with the cells of a file: one sentence for each column and what is expected there. */
export interface CellProblems {
  /** @throws DataFileError where there are so many that looking on tells nothing new */
  add(fault: CellFault, line: number): void
  /** Takes a row that could not be read at all. @throws DataFileError as {@link add} does */
  addRow(problem: Problem): void
  /** What was wrong so far, a sentence each. */
  sentences(): string[]
  /** @throws DataFileError where there are any */
  settle(): void
}

export function collectProblems(file: string): CellProblems {
  const problems = new Map<string, CellFault & { readonly lines: number[]; rows: number }>()
  const unreadable: string[] = []
  let rows = 0

  function sentences(): string[] {
    const ofCells = [...problems.values()].map(
      ({ column, found, expected, lines, rows }) =>
        `${rows === 1 ? `row ${lines[0]}` : `rows ${lines.join(', ')}${rows > lines.length ? ` and ${written(rows - lines.length)} more` : ''}`}, ` +
        `column ${quote(column)}: found ${quote(found)}; expected ${expected}`,
    )
    return [...unreadable, ...ofCells]
  }

  function settle(): void {
    const all = sentences()
    if (all.length > 0) throw fileProblems(file, all)
  }

  function count(): void {
    rows++
    if (rows >= MOST_FAULTY_ROWS) settle()
  }

  return {
    addRow(problem) {
      unreadable.push(sentenceOf(problem))
      count()
    },
    add(fault, line) {
      const key = `${fault.column}\n${fault.expected}`
      const known = problems.get(key)
      if (known === undefined) problems.set(key, { ...fault, lines: [line], rows: 1 })
      else {
        known.rows++
        if (known.lines.length < ROWS_NAMED) known.lines.push(line)
      }
      count()
    },
    sentences,
    settle,
  }
}
