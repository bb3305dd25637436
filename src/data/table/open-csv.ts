import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CsvError } from 'csv-parse'
import { DataFileError } from '../errors.ts'
import { unzipped } from '../unzipped.ts'
import { createArranger } from './arranger.ts'
import { columnName } from './column-name.ts'
import { type DecimalSign, findDecimals } from './decimals.ts'
import { type Dialect, findDialect } from './dialect.ts'
import { findLayout, type Layout } from './layout.ts'
import type { TableParameters } from './parameters.ts'
import { createProblems, problemText } from './problems.ts'
import { type ReadOptions, ROWS_WITHOUT_NAMES, type RowBlock, type TableRows } from './rows.ts'
import { readSample } from './sample.ts'
import { readText } from './text-encoding.ts'
import { type CellMarks, createTokenizer, ROW_TOO_LONG } from './tokenizer.ts'
import { readPieces, type WatchedFile, watchFile } from './watched-file.ts'

export type CsvOptions = Pick<TableParameters, 'separator' | 'decimal' | 'encoding' | 'header' | 'missing'>

/**
 * Opens a table of text, gzip or not, and finds how it is written by its beginning.
 *
 * @throws DataFileError where it is no such table, or how it is written can be understood in two ways
 */
export async function openCsv(path: string, options: CsvOptions = {}): Promise<TableRows> {
  const file = await watchFile(path)
  const { text, isWhole, encoding } = await readSample(file, options.encoding)
  const dialect = await findDialect(text, options.separator)
  if (dialect.rows.length === 0) throw await noRows(path, dialect, text, isWhole)
  const layout = findLayout(path, dialect, options)
  const { names } = layout
  const decimals =
    options.decimal === undefined
      ? findDecimals(path, names.map(columnName), layout.body, dialect.separator)
      : names.map(() => options.decimal)
  const table: OpenTable = { file, encoding, dialect, layout, decimals }
  return {
    file: path,
    names,
    hasHeader: layout.headerLine !== undefined,
    dialect: inWords(table),
    read: given => file.pieces(handle => readBlocks(table, handle, given)),
  }
}

interface OpenTable {
  readonly file: WatchedFile
  readonly encoding: string
  readonly dialect: Dialect
  readonly layout: Layout
  readonly decimals: readonly (DecimalSign | undefined)[]
}

/** Why a text has not even one row. */
async function noRows(file: string, marks: CellMarks, text: Buffer, isWhole: boolean): Promise<unknown> {
  if (isWhole && text.toString().trim() === '') {
    return new DataFileError(`${file}: the file is empty; expected columns with names, and rows`)
  }
  const tokenizer = createTokenizer(marks)
  try {
    await tokenizer.push(text)
    await tokenizer.end()
  } catch (error) {
    return error instanceof CsvError ? new DataFileError(problemText(file, tokenizer.problem(error))) : error
  } finally {
    tokenizer.close()
  }
  return new DataFileError(problemText(file, { row: 1, text: ROW_TOO_LONG }))
}

/** How the table is written, where it is not as usual: commas, decimal points, a header, UTF-8. */
function inWords({ dialect: { separator, quote }, encoding, layout, decimals }: OpenTable): string {
  const withComma = layout.names.filter((_, column) => decimals[column] === ',')
  const isEverywhere = !decimals.includes('.')
  const words = [
    separator === ',' ? '' : `separated by ${separator === '\t' ? 'tabs' : separator === ' ' ? 'spaces' : separator}`,
    quote === '"' ? '' : `quoted by ${quote}`,
    withComma.length === 0
      ? ''
      : `decimal comma${isEverywhere ? '' : ` in ${withComma.slice(0, 3).join(', ')}${withComma.length > 3 ? ', …' : ''}`}`,
    encoding === 'utf-8' ? '' : encoding.startsWith('utf-16') ? 'UTF-16' : encoding,
    layout.headerLine === undefined ? ROWS_WITHOUT_NAMES : '',
  ]
  return words.filter(word => word !== '').join(', ')
}

async function* readBlocks(
  { file, encoding, dialect, layout, decimals }: OpenTable,
  handle: FileHandle,
  { signal, onProgress, onProblem }: ReadOptions = {},
): AsyncGenerator<RowBlock, void, undefined> {
  const problems = createProblems(file.path)
  const arrange = createArranger(layout, dialect, decimals, onProblem ?? problems.add)
  const tokenizer = createTokenizer(dialect)
  let read = 0
  const content = Readable.from(readPieces(handle, bytes => (read = bytes)))
  try {
    for await (const piece of readText(unzipped(content, file.path), file.path, encoding)) {
      signal?.throwIfAborted()
      yield* arrange(await tokenizer.push(piece))
      onProgress?.(read, file.bytes)
    }
    yield* arrange(await tokenizer.end())
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    yield* arrange(tokenizer.beforeError())
    problems.add(tokenizer.problem(error))
  } finally {
    tokenizer.close()
  }
  const error = problems.error()
  if (error !== undefined) throw error
}
