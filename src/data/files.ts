import { readFile } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
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
  const where = code === 'ENOENT' ? whereItWasSought(path) : ''
  return new DataFileError(`${path}: ${REASONS.get(code) ?? String(error)}${where}`, { cause: error })
}

function whereItWasSought(path: string): string {
  // A shell leaves it as it is in the middle of a word, as in csv:~/mine.csv.
  if (path.startsWith('~')) return '; write out the folder that ~ stands for'
  return isAbsolute(path) ? '' : `; it was looked for at ${resolve(path)}`
}

/** @throws DataFileError */
export async function readDataFile(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}
