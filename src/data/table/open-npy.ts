import { BLOCK_ROWS, PIECE_BYTES } from '../constants.ts'
import { DataFileError } from '../errors.ts'
import { openNpyFile, readSamples } from './npy-file.ts'
import { numberedNames, type ReadOptions, ROWS_WITHOUT_NAMES, type RowBlock, type TableRows } from './rows.ts'

/**
 * Opens an array of NumPy's as a table without names: rows are its first dimension, columns its second. What is not a number is empty.
 *
 * @throws DataFileError where it is no such file, or has other than two dimensions
 */
export async function openNpy(path: string): Promise<TableRows> {
  const npy = await openNpyFile(path)
  const { file, shape, element } = npy
  const [rows, columns] = shape
  if (shape.length !== 2 || columns === 0) {
    throw new DataFileError(
      `${path}: found an array of the shape (${shape.join(', ')}); expected two dimensions, rows and columns (an array with its labels ` +
        'in another file is npy:INPUTS,LABELS)',
    )
  }
  const blockRows = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(PIECE_BYTES / (columns * Math.max(1, element.bytes)))))
  return {
    file: path,
    names: numberedNames(columns),
    hasHeader: false,
    dialect: ROWS_WITHOUT_NAMES,
    read: ({ signal, onProgress }: ReadOptions = {}) =>
      file.pieces(async function* (handle): AsyncGenerator<RowBlock, void, undefined> {
        for (let from = 0; from < rows; from += blockRows) {
          signal?.throwIfAborted()
          const to = Math.min(from + blockRows, rows)
          const bytes = await readSamples(npy, handle, from, to)
          let at = 0
          const next = () => {
            const value = element.read(bytes, at)
            at += element.bytes
            return cellText(value)
          }
          yield {
            rows: Array.from({ length: to - from }, () => Array.from({ length: columns }, next)),
            lines: Array.from({ length: to - from }, (_, row) => from + row + 1),
          }
          onProgress?.(Math.floor((file.bytes * to) / rows), file.bytes)
        }
      }),
  }
}

function cellText(value: number | bigint | boolean | string): string {
  if (typeof value === 'string') return value.trim()
  return Number.isNaN(value) ? '' : String(value)
}
