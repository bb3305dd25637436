import { createHash } from 'node:crypto'
import { parseModel } from '../models.ts'
import { readModelFile } from './model-file.ts'

/**
 * The digest that tells a model in files from another: hex SHA-256 of their contents, one after the other, as
 * `cat model.json weights.bin | sha256sum` gives it. Files that a module imports are not part of it.
 *
 * @returns undefined for models that their name describes
 * @throws ModelFileError where a file cannot be read
 */
export async function modelDigest(name: string): Promise<string | undefined> {
  const files = await parseModel(name).files?.()
  if (files === undefined) return undefined
  const hash = createHash('sha256')
  for (const { path, bytes } of files) hash.update(await readModelFile(path, bytes))
  return hash.digest('hex')
}
