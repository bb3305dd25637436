import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, type InfoRecord, parse } from 'csv-parse'
import { IN_MEMORY_LIMIT_BYTES, MAXIMUM_CLASSES, MAXIMUM_ROW_CHARACTERS } from './constants.ts'
import { type ColumnOptions, type Columns, columnName, number, quote, readColumns } from './csv-columns.ts'
import type { Dataset } from './dataset.ts'
import { DataFileError } from './errors.ts'
import { unreadable } from './files.ts'
import { createGrowingLabels } from './growing-labels.ts'
import { createRowStore, type RowStore } from './row-store.ts'

export interface CsvOptions extends ColumnOptions {
  /** Bytes of samples beyond which they are kept in a file. */
  readonly memoryLimitBytes?: number
}

/**
 * Reads every row as it comes. Features are numbers; labels are anything, and classes are the sorted distinct labels, by
 * number where all are numbers.
 *
 * @throws DataFileError naming the row (the line in an editor, from 1) and the column of the first fault
 */
export async function readCsv(content: Readable, options: CsvOptions): Promise<Dataset> {
  const { file } = options
  let columns: Columns | undefined
  let store: RowStore | undefined
  let row = new Float32Array(0)
  let lastLine = 0
  const classes = new Map<string, number>()
  const labels = createGrowingLabels()
  const rowLines = createGrowingLabels()

  function onRow(cells: readonly string[], line: number): void {
    if (columns === undefined || store === undefined) {
      columns = readColumns(cells, line, options)
      row = new Float32Array(columns.count - 1)
      const limit = options.memoryLimitBytes ?? IN_MEMORY_LIMIT_BYTES
      store = createRowStore({ element: 'float32', width: row.length, limit })
      if (options.header) return
    }
    if (cells.length !== columns.count) {
      throw new DataFileError(`${file}, row ${line}: found ${cells.length} columns; expected ${columns.count}`)
    }
    for (let column = 0; column < columns.count; column++) {
      if (column === columns.label) continue
      const value = Math.fround(number(cells[column]))
      if (!Number.isFinite(value)) {
        throw new DataFileError(
          `${file}, row ${line}, ${columnName(columns, column)}: found ${quote(cells[column])}; ` +
            `expected a finite number${hintAtLabel(options.label)}`,
        )
      }
      row[column < columns.label ? column : column - 1] = value
    }
    labels.push(readLabel(cells[columns.label], line, columns))
    rowLines.push(line)
    store.append(row)
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

  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    // Ragged rows are ours to report, in the same words as everything else.
    relax_column_count: true,
    max_record_size: MAXIMUM_ROW_CHARACTERS,
    on_record(cells: string[], { lines }: InfoRecord) {
      // The parser counts to the row's last line; a quoted cell may span several.
      const line = lines - cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
      lastLine = lines
      onRow(cells, line)
      return null
    },
  })
  try {
    // Nothing comes out of the parser: every row has been taken.
    await pipeline(content, parser.resume())
    if (columns === undefined || store === undefined) {
      throw new DataFileError(`${file}: the file is empty; expected rows of numbers and a label`)
    }
    if (labels.length === 0) {
      throw new DataFileError(`${file}: found a header and no rows; expected rows of numbers and a label`)
    }
    const { classOf, names } = sortClasses([...classes.keys()])
    return {
      name: `csv:${file}`,
      inputs: store.finish(),
      labels: labels.toArray().map(label => classOf[label]),
      lines: rowLines.toArray(),
      shape: [row.length],
      featureNames: columns.names?.toSpliced(columns.label, 1),
      classes: names.length,
      classNames: names,
    }
  } catch (error) {
    store?.discard()
    throw error instanceof CsvError ? badQuoting(file, error, lastLine) : unreadable(file, error)
  }
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
  // A row that goes on to the end, or without one, is named by the line where it begins.
  const neverEnds = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
  const row = neverEnds ? lastLine + 1 : Number(error.lines)
  const column = `column ${Number(error.column) + 1}`
  return new DataFileError(`${file}, row ${row}, ${column}: ${faultOf(error)}`, { cause: error })
}

function faultOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'found a quote that is never closed; expected a second "'
    case 'CSV_MAX_RECORD_SIZE':
      return (
        `found a row that has not ended after ${MAXIMUM_ROW_CHARACTERS.toLocaleString('en')} characters; expected a ` +
        'shorter one: is there a quote that is never closed?'
      )
    case 'INVALID_OPENING_QUOTE':
      return 'found a quote inside a cell; expected quotes around the whole cell, and "" for a quote within'
    default:
      return 'found text after a closing quote; expected a comma or the end of the row'
  }
}

function hintAtLabel(label: string | undefined): string {
  return label === undefined ? ' (if this is the label, name its column with ?label=COLUMN)' : ''
}
