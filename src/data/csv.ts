import { CsvError, type InfoRecord, parse } from 'csv-parse/sync'
import { createRandom } from '../random/random.ts'
import { MAXIMUM_CLASSES } from './constants.ts'
import { type Dataset, samples, subset } from './dataset.ts'
import { DataFileError, SourceError } from './errors.ts'
import { readDataFile } from './files.ts'
import type { DataSource } from './source.ts'
import { splitLastFifth } from './split.ts'
import { standardise } from './standardise.ts'

const FORM = 'csv:FILE[?label=COLUMN&header=no&standardise=yes]'

/**
 * A file of comma-separated numbers, one sample a row, with a column of labels. Rows are shuffled with the seed before
 * the split, since many files are sorted by class.
 */
export const csv: DataSource = {
  form: FORM,
  async load(argument, { seed, samples: limit }) {
    const { file, label, header, standard } = parseArgument(argument)
    const rows = parseCsv(await readDataFile(file), { file, label, header })
    const order = createRandom(seed).shuffle(Int32Array.from({ length: samples(rows) }, (_, row) => row))
    const split = splitLastFifth(subset(rows, order), limit)
    return standard ? standardise(split) : split
  },
}

interface CsvArgument {
  readonly file: string
  readonly label: string | undefined
  readonly header: boolean
  readonly standard: boolean
}

function parseArgument(argument: string): CsvArgument {
  const at = argument.lastIndexOf('?')
  const file = at < 0 ? argument : argument.slice(0, at)
  if (file === '') throw new SourceError(`"csv:${argument}" names no file; expected ${FORM}`)
  const query = new URLSearchParams(at < 0 ? '' : argument.slice(at + 1))
  for (const key of query.keys()) {
    if (!['label', 'header', 'standardise'].includes(key)) {
      throw new SourceError(`"csv:${argument}" has the unknown parameter "${key}"; expected ${FORM}`)
    }
  }
  const yes = (key: string, otherwise: boolean) => {
    const value = query.get(key)
    if (value === null) return otherwise
    if (value !== 'yes' && value !== 'no') {
      throw new SourceError(`"csv:${argument}" says ${key}=${value}; expected ${key}=yes or ${key}=no`)
    }
    return value === 'yes'
  }
  return {
    file,
    label: query.get('label') ?? undefined,
    header: yes('header', true),
    standard: yes('standardise', false),
  }
}

/** The columns of a file: how many, their names where it has a header, and which one holds the label. */
interface Columns {
  readonly names: readonly string[] | undefined
  readonly count: number
  readonly label: number
}

/**
 * Reads every row. Features are numbers; labels are anything, and classes are the sorted distinct labels, by number where
 * all are numbers.
 *
 * @param options.file for messages
 * @param options.label name of the label's column, or its index from 0, or from -1 backwards; the last where absent
 * @throws DataFileError naming the row (the line in an editor, from 1) and the column of the first fault
 */
export function parseCsv(
  content: Buffer | string,
  options: { file: string; label?: string | undefined; header: boolean },
): Dataset {
  const { file } = options
  let columns: Columns | undefined
  let lastLine = 0
  const rows: Float32Array[] = []
  const classes = new Map<string, number>()
  const labels: number[] = []

  function onRow(cells: string[], line: number): void {
    if (columns === undefined) {
      columns = readColumns(cells, line, options)
      if (options.header) return
    }
    if (cells.length !== columns.count) {
      throw new DataFileError(`${file}, row ${line}: found ${cells.length} columns; expected ${columns.count}`)
    }
    const row = new Float32Array(columns.count - 1)
    for (let column = 0; column < columns.count; column++) {
      if (column === columns.label) continue
      const value = Math.fround(number(cells[column] as string))
      if (!Number.isFinite(value)) {
        throw new DataFileError(
          `${file}, row ${line}, ${columnName(columns, column)}: found ${quote(cells[column] as string)}; ` +
            `expected a finite number${hintAtLabel(options.label)}`,
        )
      }
      row[column < columns.label ? column : column - 1] = value
    }
    rows.push(row)
    labels.push(readLabel(cells[columns.label] as string, line, columns))
  }

  function readLabel(text: string, line: number, within: Columns): number {
    const known = classes.get(text)
    if (known !== undefined) return known
    const where = `${file}, row ${line}, ${columnName(within, within.label)}`
    if (text === '') throw new DataFileError(`${where}: found an empty cell; expected a label`)
    if (classes.size === MAXIMUM_CLASSES) {
      throw new DataFileError(
        `${where}: found more than ${MAXIMUM_CLASSES.toLocaleString('en')} different labels; expected classes, but this ` +
          'looks like a measured quantity (regression): choose another column with ?label=COLUMN',
      )
    }
    classes.set(text, classes.size)
    return classes.size - 1
  }

  try {
    parse(content, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      // Ragged rows are ours to report, in the same words as everything else.
      relax_column_count: true,
      on_record(cells: string[], { lines }: InfoRecord) {
        // The parser counts to the row's last line; a quoted cell may span several.
        const line = lines - cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
        lastLine = lines
        onRow(cells, line)
        return null
      },
    })
  } catch (error) {
    throw error instanceof CsvError ? badQuoting(file, error, lastLine) : error
  }

  if (columns === undefined) throw new DataFileError(`${file}: the file is empty; expected rows of numbers and a label`)
  if (rows.length === 0)
    throw new DataFileError(`${file}: found a header and no rows; expected rows of numbers and a label`)
  const { classOf, names } = sortClasses([...classes.keys()])
  if (names.length < 2) {
    const only = quote([...classes.keys()][0] as string)
    throw new DataFileError(
      `${file}, ${columnName(columns, columns.label)}: every label is ${only}; expected at least 2 classes`,
    )
  }
  const width = columns.count - 1
  const inputs = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    inputs.set(row, i * width)
  })
  return {
    name: `csv:${file}`,
    inputs,
    labels: Int32Array.from(labels, label => classOf[label] as number),
    shape: [width],
    classes: names.length,
    classNames: names,
  }
}

function readColumns(
  cells: readonly string[],
  line: number,
  { file, label, header }: { file: string; label?: string | undefined; header: boolean },
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
  return { names, count: cells.length, label: findLabel(cells.length, names, label, file) }
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
function number(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

/** For each label, in order of first sight, its place among the sorted distinct ones. `1` and `1.0` are one class. */
function sortClasses(labels: readonly string[]): { classOf: number[]; names: string[] } {
  const numeric = labels.every(label => Number.isFinite(number(label)))
  const sorted = numeric
    ? Float64Array.from(new Set(labels.map(number))).sort()
    : // Not by locale: the same file must give the same classes on every machine.
      [...labels].sort()
  const place = new Map(Array.from(sorted as ArrayLike<number | string>, (label, i) => [label, i]))
  return {
    classOf: labels.map(label => place.get(numeric ? number(label) : label) as number),
    names: Array.from(sorted as ArrayLike<number | string>, String),
  }
}

function badQuoting(file: string, error: CsvError, lastLine: number): DataFileError {
  const row = error.code === 'CSV_QUOTE_NOT_CLOSED' ? lastLine + 1 : Number(error.lines)
  const column = `column ${Number(error.column) + 1}`
  const fault =
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'found a quote that is never closed; expected a second "'
      : error.code === 'INVALID_OPENING_QUOTE'
        ? 'found a quote inside a cell; expected quotes around the whole cell, and "" for a quote within'
        : 'found text after a closing quote; expected a comma or the end of the row'
  return new DataFileError(`${file}, row ${row}, ${column}: ${fault}`, { cause: error })
}

function columnName({ names }: Columns, column: number): string {
  const name = names?.[column]
  return name === undefined || name === '' ? `column ${column + 1}` : `column ${column + 1} (${quote(name)})`
}

/** A cell as it is shown in a message: one line, of bounded length. */
function quote(text: string): string {
  if (text === '') return 'an empty cell'
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

function hintAtLabel(label: string | undefined): string {
  return label === undefined ? ' (if this is the label, name its column with ?label=COLUMN)' : ''
}
