/**
 * Inputs that are too large for memory: rows of a flat file, read when they are needed. Reading is synchronous, because
 * a training step waits for its batch whatever the thread could do meanwhile, and cheap, because the system keeps what was
 * read in memory that is free.
 *
 * @packageDocumentation
 */

import { openSync, readSync } from 'node:fs'
import { DataFileError } from './errors.ts'

/** How an element is kept: as it is, or as a byte of which 255 stands for 1. */
export type StoredElement = 'float32' | 'uint8'

/** Rows of a file. A plain description, which can be cloned: every thread opens the file for itself. */
export interface StoredRows {
  readonly file: string
  readonly element: StoredElement
  /** Elements in a row. */
  readonly width: number
  /** `[samples]`: which rows, in this order. */
  readonly rows: Int32Array
}

export function inMemory(inputs: Float32Array | StoredRows): inputs is Float32Array {
  return inputs instanceof Float32Array
}

/** The rows at `indices`, in that order. */
export function selectRows(stored: StoredRows, indices: Int32Array): StoredRows {
  return { ...stored, rows: indices.map(index => stored.rows[index]) }
}

/** This thread's open files. They are few, and are closed when the thread ends, as their folder goes with the process. */
const open = new Map<string, number>()

/** Room for a row of bytes, used again and again. */
let bytes = new Uint8Array(0)

/**
 * Reads one row.
 *
 * @param index into `stored.rows`
 * @param row where to, `[width]`
 * @throws DataFileError where the file is gone or shorter than it was
 */
export function readRow(stored: StoredRows, index: number, row: Float32Array): void {
  const { element, width } = stored
  const at = stored.rows[index] * width
  if (element === 'float32') {
    readFully(stored.file, new Uint8Array(row.buffer, row.byteOffset, row.byteLength), at * row.BYTES_PER_ELEMENT)
  } else {
    if (bytes.length !== width) bytes = new Uint8Array(width)
    readFully(stored.file, bytes, at)
    decodeBytes(bytes, row)
  }
}

/** Bytes as the numbers that they stand for, in [0, 1]. */
export function decodeBytes(source: Uint8Array, target: Float32Array): void {
  for (let i = 0; i < source.length; i++) target[i] = source[i] / 255
}

function readFully(file: string, target: Uint8Array, position: number): void {
  let done = 0
  try {
    let descriptor = open.get(file)
    if (descriptor === undefined) {
      descriptor = openSync(file, 'r')
      open.set(file, descriptor)
    }
    while (done < target.length) {
      const read = readSync(descriptor, target, done, target.length - done, position + done)
      if (read === 0) throw new Error('it is shorter than it was')
      done += read
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataFileError(`${file}, where samples are kept while they are needed, cannot be read: ${reason}`, {
      cause: error,
    })
  }
}
