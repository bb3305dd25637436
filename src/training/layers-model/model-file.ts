import { readRegularFile } from '../../regular-file.ts'
import { ModelFileError } from '../errors.ts'

/**
 * @param most bytes that are expected
 * @throws ModelFileError where it cannot be read, is no regular file, or has more
 */
export async function readModelFile(file: string, most: number): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readRegularFile(file, { most, follow: true })
  } catch (cause) {
    throw new ModelFileError(`${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
