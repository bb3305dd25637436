import { readFile } from 'node:fs/promises'
import { ModelFileError } from '../errors.ts'

/** @throws ModelFileError where it cannot be read */
export async function readModelFile(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new ModelFileError(`${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
