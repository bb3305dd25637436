import { readFile } from 'node:fs/promises'
import { DataFileError } from './errors.ts'

const REASONS = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EISDIR', 'this is a folder; expected a file'],
  ['EACCES', 'reading it is not permitted'],
])

/** The error for a file or folder that the system will not give us. One of ours, which says more, stays as it is. */
export function unreadable(path: string, error: unknown): DataFileError {
  if (error instanceof DataFileError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new DataFileError(`${path}: ${REASONS.get(code) ?? String(error)}`, { cause: error })
}

/** @throws DataFileError */
export async function readDataFile(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}
