import { readFile } from 'node:fs/promises'
import { DataFileError } from './errors.ts'

const REASONS = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EISDIR', 'this is a folder; expected a file'],
  ['EACCES', 'reading it is not permitted'],
  ['ERR_FS_FILE_TOO_LARGE', 'the file is larger than the 2 GiB that can be loaded at once'],
])

/** The error for a file or folder that the system will not give us. */
export function unreadable(path: string, error: unknown): DataFileError {
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
