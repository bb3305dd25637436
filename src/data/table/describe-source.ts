import { dateOption, ignoredBy, type TableSource } from './opened-source.ts'
import type { ReadOptions } from './rows.ts'
import { type SurveyedTable, surveyTable } from './survey-table.ts'

/** How a table is looked at. */
export interface DescribeSourceOptions extends ReadOptions {
  /** What the label means. Default: classes where it is text or few whole numbers, else a measured quantity. */
  readonly task?: 'classify' | 'regress'
  /** Columns that are asked for. Default: what the source says. */
  readonly columns?: readonly string[]
  /** Whether values of few rows are listed. Default: no, since a rare value may tell who somebody is. */
  readonly listsRare?: boolean
}

/**
 * What a site has in its table, without its rows: for a recipe that several sites write together.
 *
 * @throws DataFileError where the file cannot be read, or a column that its source names is not there
 */
export async function describeSource(
  source: TableSource,
  { listsRare = false, columns, ...options }: DescribeSourceOptions = {},
): Promise<SurveyedTable> {
  const { table, parameters } = source
  const ignore = ignoredBy(parameters)
  const { label, missing, columns: said } = parameters
  const date = dateOption(source)
  return await surveyTable(table, { ...options, label, columns: columns ?? said, ignore, missing, date, listsRare })
}
