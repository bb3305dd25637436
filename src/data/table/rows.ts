import type { Problem } from './problems.ts'

/** A cell as text; empty where there is nothing. */
export type Cells = readonly string[]

/** A table as it is read: the names of its columns, and then its rows, as they come. */
export interface TableRows {
  /** How it is named in messages: the file's path. */
  readonly file: string
  /** Names of the columns, which differ, but for empty ones; where the file has none `column 1`, `column 2`, … */
  readonly names: readonly string[]
  /** Whether the names are the file's own. */
  readonly hasHeader: boolean
  /** What was found of how the file is written, in words for people: `separated by ;, decimal comma, UTF-16`. Empty where as usual. */
  readonly dialect: string
  /**
   * Reads from the beginning, each time it is called: blocks of rows, each with the line in an editor, from 1, or the row's number,
   * from 1, where the file has no lines. What was read is not kept.
   *
   * Every row has as many cells as there are names. Blanks around cells are gone, a line break within one is `\n`, and numbers are
   * written with a decimal point and without a sign between thousands, whatever they are like in the file.
   *
   * @throws DataFileError where the file cannot be read, is damaged, or has changed since it was opened; and at the end, where rows could
   * not be read and there is no `onProblem`, with all of them
   */
  read(options?: ReadOptions): AsyncIterable<RowBlock>
}

/** Some rows of a table, as they follow one another in the file. */
export interface RowBlock {
  readonly rows: readonly Cells[]
  /** `[rows]`: where each row stands in the file. */
  readonly lines: readonly number[]
}

/** How rows are read, and who is told of it. */
export interface ReadOptions {
  readonly signal?: AbortSignal
  /** Told how much was read, in bytes of the file, packed where it is, and how many it has. */
  readonly onProgress?: (read: number, of: number) => void
  /** Told of each row that cannot be read, which is left out then. */
  readonly onProblem?: (problem: Problem) => void
}

/** Names of columns that have none. */
export function numberedNames(columns: number): string[] {
  return Array.from({ length: columns }, (_, column) => `column ${column + 1}`)
}

/** What a dialect says where there is no header. */
export const ROWS_WITHOUT_NAMES = 'rows without names'
