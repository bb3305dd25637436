import { type DateFormat, dateFormatOf } from '../../table/cells.ts'
import { SourceError } from '../errors.ts'
import type { TableParameters } from './parameters.ts'
import type { TableRows } from './rows.ts'

/** How the file that a source names is read, and others like it. */
export interface TableSource {
  /** The source as it was written. */
  readonly name: string
  readonly parameters: TableParameters
  readonly table: TableRows
  /** Opens another file as this one was: that of the test rows. */
  readonly open: (path: string) => Promise<TableRows>
}

/** @throws SourceError where the pattern is none */
export function dateOption({ name, parameters }: Pick<TableSource, 'name' | 'parameters'>): DateFormat | undefined {
  if (parameters.date === undefined) return undefined
  const format = dateFormatOf(parameters.date)
  if (format !== undefined) return format
  throw new SourceError(
    `"${name}" says date=${parameters.date}; expected one yyyy, one mm and one dd with what stands between them, such as date=dd.mm.yyyy`,
  )
}

/** Columns that are not learned from: those that the source ignores, and the one that says which rows are for testing. */
export function ignoredBy({ ignore = [], test }: TableParameters): readonly string[] {
  return test?.kind === 'column' ? [...ignore, test.column] : ignore
}
