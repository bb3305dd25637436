/** A cell as text; empty where there is nothing. */
export type Cells = readonly string[]

/** A table as it is read: the names of its columns, and then its rows, as they come. */
export interface TableRows {
  /** How it is named in messages: the file's path. */
  readonly file: string
  /** Undefined where the file has none, `header=no`. */
  readonly names: readonly string[] | undefined
  readonly columns: number
  /** What was found of how the file is written, in words for people: `separated by ;, decimal comma, UTF-16`. Empty where as usual. */
  readonly dialect: string
  /** Whether numbers are written with a decimal comma: then `0,5` is a half. */
  readonly decimalComma: boolean
  /**
   * Reads from the beginning, each time it is called: blocks of rows, each with the line in an editor, from 1, or the row's number,
   * from 1, where the file has no lines. What was read is not kept.
   *
   * @throws DataFileError where the file cannot be read, is damaged, or has changed since it was opened
   */
  read(options?: ReadOptions): AsyncIterable<RowBlock>
}

export interface RowBlock {
  readonly rows: readonly Cells[]
  /** `[rows]`: where each row stands in the file. */
  readonly lines: readonly number[]
}

export interface ReadOptions {
  readonly signal?: AbortSignal
  /** Told how much was read, in bytes, of how many where that is known. */
  readonly onProgress?: (read: number, of: number | undefined) => void
}
