import { dateFormatOf, isMissing, missingMarks } from '../../src/table/cells.ts'
import { MISSING_MARKS } from '../../src/table/constants.ts'
import { type Described, describeSite } from '../../src/table/describe-site.ts'
import type { SiteColumn, SiteSchema } from '../../src/table/site-schema.ts'
import { type ColumnFacts, surveyColumn } from '../../src/table/survey.ts'

export interface Looking {
  readonly missing?: readonly string[]
  readonly date?: string
  readonly columns?: readonly string[]
  readonly task?: 'classify' | 'regress'
  readonly listsRare?: boolean
  /** Names of the label's columns; the last one where absent. */
  readonly label?: readonly string[]
}

/** What is found in one column. */
export function factsOf(
  cells: readonly string[],
  { missing = [], date, name = 'x', isLabel = false }: Looking & { name?: string; isLabel?: boolean } = {},
): ColumnFacts {
  const marks = missingMarks([...MISSING_MARKS, ...missing])
  const survey = surveyColumn(name, 0, {
    missing: marks,
    date: date === undefined ? undefined : dateFormatOf(date),
    isLabel,
  })
  for (const [row, cell] of cells.entries()) survey.add(cell, row + 2, row)
  return survey.facts()
}

/** What is found in a table, whose columns are given by name; as a file's, rows begin at line 2. */
export function look(table: Readonly<Record<string, readonly string[]>>, looking: Looking = {}): Described {
  const names = Object.keys(table)
  const { label = [names[names.length - 1]], missing = [], listsRare = true, date } = looking
  const marks = missingMarks([...MISSING_MARKS, ...missing])
  const format = date === undefined ? undefined : dateFormatOf(date)
  const surveys = names.map((name, index) =>
    surveyColumn(name, index, { missing: marks, date: format, isLabel: label.includes(name) }),
  )
  const total = table[names[0]].length
  let rows = 0
  for (let row = 0; row < total; row++) {
    if (label.some(name => isMissing(table[name][row], marks))) continue
    rows++
    for (const [column, name] of names.entries()) surveys[column].add(table[name][row], row + 2, row)
  }
  return describeSite({
    facts: surveys.map(survey => survey.facts()),
    rows,
    unlabelled: total - rows,
    labels: label.map(name => names.indexOf(name)),
    columns: looking.columns,
    task: looking.task,
    missing,
    listsRare,
  })
}

/** The same of a table without a problem. */
export function siteOf(table: Readonly<Record<string, readonly string[]>>, looking: Looking = {}): SiteSchema {
  const { site, problems } = look(table, looking)
  if (site === undefined) throw new Error(problems.join('\n'))
  return site
}

export function columnOf(site: SiteSchema, name: string): SiteColumn | undefined {
  return site.columns.find(column => column.name === name)
}

/** `count` cells, each of its number from 0. */
export function cells(count: number, cell: (row: number) => string | number): string[] {
  return Array.from({ length: count }, (_, row) => String(cell(row)))
}
