/**
 * The programs that a state was made with, by their digests, so that they need not be allowed again. Whoever hands a state on could have
 * written the file; so it holds in the folder in which it was written, which a copy is not.
 *
 * @packageDocumentation
 */

import { lstat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readRegularFile } from '../regular-file.ts'
import { writeAtomically } from './atomic-file.ts'
import { MAX_SMALL_FILE_BYTES, PRIVATE } from './constants.ts'

export const ALLOWED_MODULES = 'allowed-modules.json'

const schema = z.strictObject({
  /** The number that the file system has given to the folder. */
  folder: z.string(),
  /** Hex SHA-256 of each. */
  modules: z.array(z.string()),
})

/** Digests of the programs that were allowed in a state's folder; none where that is not known for certain. */
export async function allowedModules(state: string): Promise<readonly string[]> {
  try {
    const bytes = await readRegularFile(join(state, ALLOWED_MODULES), { most: MAX_SMALL_FILE_BYTES })
    const { folder, modules } = schema.parse(JSON.parse(bytes.toString()))
    return folder === (await numberOf(state)) ? modules : []
  } catch {
    return []
  }
}

export async function allowModule(state: string, digest: string): Promise<void> {
  const before = await allowedModules(state)
  if (before.includes(digest)) return
  const content = { folder: await numberOf(state), modules: [...before, digest] }
  await writeAtomically(join(state, ALLOWED_MODULES), `${JSON.stringify(content)}\n`, PRIVATE)
}

async function numberOf(folder: string): Promise<string> {
  return String((await lstat(resolve(folder), { bigint: true })).ino)
}
