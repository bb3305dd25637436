import { type DateFormat, isMissing, missingMarks, yesNoOf } from '../../table/cells.ts'
import { MISSING_MARKS } from '../../table/constants.ts'
import { type Described, describeSite } from '../../table/describe-site.ts'
import { surveyColumn } from '../../table/survey.ts'
import { joined, quote } from '../../table/words.ts'
import { DataFileError } from '../errors.ts'
import { collectProblems } from './cell-problems.ts'
import type { TableParameters } from './parameters.ts'
import type { ReadOptions, TableRows } from './rows.ts'

/** Columns by their names, or indices, from -1 backwards too; the label is the last one where it is not said. */
export interface SurveyTableOptions
  extends ReadOptions,
    Pick<TableParameters, 'label' | 'columns' | 'ignore' | 'missing'> {
  readonly date?: DateFormat
  readonly task?: 'classify' | 'regress'
  /** Whether values of few rows are listed. Default: yes. */
  readonly listsRare?: boolean
}

/** What a table holds, after one pass over it. */
export interface SurveyedTable extends Described {
  /** Rows whose label is missing: they are left out. */
  readonly unlabelled: number
}

/**
 * Looks at every cell of a table once.
 *
 * @throws DataFileError where the file cannot be read, or a column that is named is not there
 */
export async function surveyTable(table: TableRows, options: SurveyTableOptions): Promise<SurveyedTable> {
  const { file, names } = table
  if (names.length < 2) {
    throw new DataFileError(`${file}: found 1 column; expected at least 2: something to learn from, and a label`)
  }
  const ignored = new Set((options.ignore ?? []).map(name => findColumn(file, names, name)))
  const asked = options.columns?.map(name => names[findColumn(file, names, name)])
  const given = options.label?.map(label => findColumn(file, names, label))
  const labels = given ?? [lastOf(file, names, ignored)]
  const both = labels.find(index => ignored.has(index))
  if (both !== undefined)
    throw new DataFileError(`${file}: the column ${quote(names[both])} is the label and ignored; choose one`)
  const marks = missingMarks([...MISSING_MARKS, ...(options.missing ?? [])])
  const { date } = options
  const surveys = names.map((name, index) =>
    surveyColumn(name, index, { missing: marks, date, isLabel: labels.includes(index) }),
  )
  const looked = surveys.filter((_survey, index) => !ignored.has(index))
  const places = names.map((_name, index) => index).filter(index => !ignored.has(index))
  let rows = 0
  let unlabelled = 0
  const rowProblems = collectProblems(file)
  for await (const { rows: block, lines } of table.read({ ...options, onProblem: rowProblems.addRow })) {
    for (const [row, cells] of block.entries()) {
      if (labels.some(label => isMissing(cells[label], marks))) {
        unlabelled++
        continue
      }
      rows++
      const number = rows + unlabelled
      for (let column = 0; column < looked.length; column++)
        looked[column].add(cells[places[column]], lines[row], number)
    }
  }
  const unreadable = rowProblems.sentences()
  if (rows + unlabelled === 0) {
    rowProblems.settle()
    throw new DataFileError(`${file}: found a header and no rows; expected rows with a label`)
  }
  const described = describeSite({
    facts: surveys.map(survey => survey.facts()).filter((_facts, index) => !ignored.has(index)),
    rows,
    labels,
    unlabelled,
    columns: asked,
    task: options.task,
    missing: options.missing ?? [],
    listsRare: options.listsRare ?? true,
  })
  if (unreadable.length === 0) return { ...described, unlabelled }
  return { ...described, site: undefined, problems: [...unreadable, ...described.problems], unlabelled }
}

/**
 * @param wanted a name, or an index from 0, or from -1 backwards
 * @throws DataFileError where there is none
 */
export function findColumn(file: string, names: readonly string[], wanted: string): number {
  const named = names.indexOf(wanted)
  if (named >= 0) return named
  const count = names.length
  if (/^-?\d+$/.test(wanted)) {
    const index = Number(wanted) < 0 ? count + Number(wanted) : Number(wanted)
    if (index >= 0 && index < count) return index
    throw new DataFileError(
      `${file}: there is no column at index ${wanted}; expected 0 to ${count - 1}, or -${count} to -1 from the end`,
    )
  }
  const folded = names.find(name => name.trim().toLowerCase() === wanted.trim().toLowerCase())
  const hint = folded === undefined ? '' : ` (did you mean ${quote(folded)}?)`
  throw new DataFileError(
    `${file}: there is no column named ${quote(wanted)}${hint}; expected one of ${joined(names.map(quote))}`,
  )
}

function lastOf(file: string, names: readonly string[], ignored: ReadonlySet<number>): number {
  const last = names.findLastIndex((_name, index) => !ignored.has(index))
  if (last < 0) throw new DataFileError(`${file}: every column is ignored; expected one that holds the label`)
  return last
}

/** Whether a text of a test column says that its row is for testing; undefined where it does not say. */
export function isTestRow(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'test' || word === 'testing') return true
  if (word === 'train' || word === 'training') return false
  const yes = yesNoOf(word)
  return Number.isNaN(yes) ? undefined : yes === 1
}
