import type { FileHandle } from 'node:fs/promises'
import { type AsyncBuffer, parquetMetadataAsync, parquetScan, parquetSchema, type SchemaTree } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { BLOCK_ROWS, UNPACKED_CELLS } from '../constants.ts'
import { DataFileError } from '../errors.ts'
import { columnName } from './column-name.ts'
import { requireKind } from './file-kind.ts'
import type { TableParameters } from './parameters.ts'
import { createProblems } from './problems.ts'
import type { ReadOptions, RowBlock, TableRows } from './rows.ts'
import { type WatchedFile, watchFile } from './watched-file.ts'

export type ParquetOptions = Pick<TableParameters, 'label' | 'columns' | 'ignore'>

type Metadata = Awaited<ReturnType<typeof parquetMetadataAsync>>
type ColumnData = Awaited<ReturnType<Awaited<ReturnType<typeof parquetScan>>['readColumn']>>

/**
 * Opens a Parquet file. A cell that is null or no number is empty; true and false are written so, times as ISO 8601 in UTC.
 *
 * @param options columns that hold no single values have to be left out by them, and are empty then
 * @throws DataFileError where it is no such file, or a column holds lists, structures or bytes
 */
export async function openParquet(path: string, options: ParquetOptions = {}): Promise<TableRows> {
  const file = await watchFile(path)
  const metadata = await file.reading(async handle => {
    const start = Buffer.alloc(Math.min(file.bytes, 1_024))
    await handle.read(start, 0, start.length, 0)
    requireKind(path, start, 'parquet')
    if (start.toString('latin1', 0, 4) !== 'PAR1') {
      throw new DataFileError(`${path}: found a file that does not begin with PAR1; expected a Parquet file`)
    }
    return await understood(path, () => parquetMetadataAsync(bufferOf(file, handle)))
  })
  const columns = readColumns(path, metadata, options)
  return {
    file: path,
    names: columns.map(({ element }) => element.name),
    hasHeader: true,
    dialect: '',
    read: given => file.pieces(handle => readBlocks(file, handle, metadata, columns, given)),
  }
}

/** All columns. @throws DataFileError naming those that are asked for and hold more than values, and names that come twice */
function readColumns(
  file: string,
  metadata: Metadata,
  { label = [], columns, ignore = [] }: ParquetOptions,
): SchemaTree[] {
  const all = parquetSchema(metadata).children
  const isAskedFor = (name: string) =>
    !ignore.includes(name) && (columns === undefined || columns.includes(name) || label.includes(name))
  const problems = createProblems(file)
  const seen = new Set<string>()
  all.forEach((tree, index) => {
    const { name } = tree.element
    const column = columnName(name, index)
    const found = holdsMore(tree)
    if (found !== undefined && isAskedFor(name)) {
      const text = `found ${found}; expected one value in each row: write it as columns of its own, or say ?ignore=${name}`
      problems.add({ column, text })
    }
    if (seen.has(name))
      problems.add({ column, text: 'another column has this name too; expected names that differ: rename one' })
    seen.add(name)
  })
  const error = problems.error()
  if (error !== undefined) throw error
  return all
}

/** What a column holds that is no single value: undefined where it is one. */
function holdsMore({ element, children }: SchemaTree): string | undefined {
  const { repetition_type, type, converted_type, logical_type } = element
  if (repetition_type === 'REPEATED' || converted_type === 'LIST') return 'lists'
  if (children.length > 0) return converted_type === 'MAP' ? 'maps' : 'structures'
  if (logical_type?.type === 'GEOMETRY' || logical_type?.type === 'GEOGRAPHY') return 'geometries'
  if (converted_type === 'INTERVAL' || converted_type === 'BSON') return `values of the type ${converted_type}`
  const isNumber = converted_type === 'DECIMAL' || logical_type?.type === 'FLOAT16' || logical_type?.type === 'UUID'
  return type === 'FIXED_LEN_BYTE_ARRAY' && !isNumber ? 'bytes' : undefined
}

async function* readBlocks(
  file: WatchedFile,
  handle: FileHandle,
  metadata: Metadata,
  columns: readonly SchemaTree[],
  { signal, onProgress }: ReadOptions = {},
): AsyncGenerator<RowBlock, void, undefined> {
  const names = columns.filter(column => holdsMore(column) === undefined).map(({ element }) => element.name)
  const scan = await understood(file.path, () =>
    parquetScan({ file: bufferOf(file, handle), metadata, columns: names, compressors, parsers: { jsonFromBytes } }),
  )
  const total = Number(metadata.num_rows)
  const window = Math.max(BLOCK_ROWS, Math.floor(UNPACKED_CELLS / Math.max(1, names.length)))
  for (const { rowStart, rowEnd } of scan.ranges) {
    for (let from = rowStart; from < rowEnd; from += window) {
      const to = Math.min(from + window, rowEnd)
      const data = new Map<string, ColumnData>()
      for (const column of names) {
        signal?.throwIfAborted()
        data.set(column, await understood(file.path, () => scan.readColumn({ column, rowStart: from, rowEnd: to })))
      }
      const all = columns.map(({ element }) => data.get(element.name))
      const isDate = columns.map(({ element }) => element.converted_type === 'DATE')
      for (let row = 0; row < to - from; row += BLOCK_ROWS) {
        signal?.throwIfAborted()
        const length = Math.min(BLOCK_ROWS, to - from - row)
        yield {
          rows: Array.from({ length }, (_, i) =>
            all.map((cells, column) => cellText(cells?.[row + i], isDate[column])),
          ),
          lines: Array.from({ length }, (_, i) => from + row + i + 1),
        }
      }
      onProgress?.(Math.floor((file.bytes * to) / total), file.bytes)
    }
  }
}

/** @param isDate whether a time of it is a day */
function cellText(value: unknown, isDate: boolean): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value)
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return ''
    return isDate ? value.toISOString().slice(0, 10) : value.toISOString()
  }
  return typeof value === 'string' ? value.trim() : String(value)
}

/** JSON is kept as the text that it is. */
function jsonFromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function bufferOf(file: WatchedFile, handle: FileHandle): AsyncBuffer {
  return {
    byteLength: file.bytes,
    async slice(start, end = file.bytes) {
      const bytes = new Uint8Array(end - start)
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done)
        if (bytesRead === 0) throw new DataFileError(`${file.path}: the Parquet file is cut short`)
        done += bytesRead
      }
      return bytes.buffer
    },
  }
}

/** Does what may fail on a file that is damaged. */
async function understood<Result>(file: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof DataFileError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataFileError(
      `${file}: the Parquet file is damaged, or written in a way that is not known here (${reason})`,
      {
        cause: error,
      },
    )
  }
}
