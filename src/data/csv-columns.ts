import { DataFileError } from './errors.ts'

/** The columns of a file: how many, their names where it has a header, and which one holds the label. */
export interface Columns {
  readonly names: readonly string[] | undefined
  readonly count: number
  readonly label: number
}

export interface ColumnOptions {
  /** For messages. */
  readonly file: string
  /** Name of the label's column, or its index from 0, or from -1 backwards; the last where absent. */
  readonly label?: string
  readonly header: boolean
  /** Called with a warning where the header looks like a sample. */
  readonly warn?: (message: string) => void
}

/**
 * Reads the columns off the first row, the header where there is one.
 *
 * @throws DataFileError where they cannot be, or the label's is not among them
 */
export function readColumns(
  cells: readonly string[],
  line: number,
  { file, label, header, warn }: ColumnOptions,
): Columns {
  if (cells.length < 2) {
    throw new DataFileError(
      `${file}, row ${line}: found 1 column; expected at least 2, separated by commas: a feature and a label`,
    )
  }
  if (header && cells.every(cell => Number.isFinite(number(cell)))) {
    throw new DataFileError(
      `${file}, row ${line}: found only numbers; expected a header with the columns' names (if there is none, say header=no)`,
    )
  }
  const names = header ? cells : undefined
  const found = findLabel(cells.length, names, label, file)
  if (header && cells.every((cell, column) => column === found || Number.isFinite(number(cell)))) {
    warn?.(
      `${file}, row ${line} is taken for the header, but looks like a sample with the label ${quote(cells[found])} ` +
        '(if it is one, say header=no)',
    )
  }
  return { names, count: cells.length, label: found }
}

function findLabel(
  count: number,
  names: readonly string[] | undefined,
  label: string | undefined,
  file: string,
): number {
  if (label === undefined) return count - 1
  const named = names?.indexOf(label) ?? -1
  if (named >= 0) {
    const again = names?.indexOf(label, named + 1) ?? -1
    if (again < 0) return named
    throw new DataFileError(
      `${file}: columns ${named + 1} and ${again + 1} are both named ${quote(label)}; choose the label's by its index from 0, label=${named}`,
    )
  }
  if (/^-?\d+$/.test(label)) {
    const index = Number(label) < 0 ? count + Number(label) : Number(label)
    if (index >= 0 && index < count) return index
    throw new DataFileError(
      `${file}: there is no column at index ${label}; expected 0 to ${count - 1}, or -${count} to -1 from the end`,
    )
  }
  const expected =
    names === undefined
      ? `an index from 0 to ${count - 1}, as header=no leaves the columns without names`
      : `one of ${names.slice(0, 20).map(quote).join(', ')}${names.length > 20 ? ', …' : ''}`
  throw new DataFileError(`${file}: there is no column named ${quote(label)}; expected ${expected}`)
}

/** NaN where the text is not a plain decimal number: `Number` would take '', '0x1f' and 'Infinity' as well. */
export function number(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

export function columnName({ names }: Columns, column: number): string {
  const name = names?.[column]
  return name === undefined || name === '' ? `column ${column + 1}` : `column ${column + 1} (${quote(name)})`
}

/** A cell as it is shown in a message: one line, of bounded length. */
export function quote(text: string): string {
  if (text === '') return 'an empty cell'
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
