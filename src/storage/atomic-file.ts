import { lstat, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HearsayError } from '../errors.ts'
import { replace } from './replace.ts'
import { syncFolder } from './sync-folder.ts'
import { whyUnwritten } from './why-unwritten.ts'

/** A file could not be written; what was there before is untouched. */
export class WriteError extends HearsayError {
  override readonly name = 'WriteError'
}

/**
 * Replaces a file so that after a crash there is the old content or the new, never a part: written beside it, flushed to
 * the disk, renamed over it, and the folder flushed too, without which the rename itself may be lost. One writer at a
 * time: the file beside it always has the same name, so that a process killed here leaves no more than one of them.
 *
 * @param mode permissions of the file
 * @param keep where the old content is kept, in place of what was kept there before; a crash in between leaves it there, and nothing under
 * its own name
 * @throws WriteError
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string,
  mode = 0o644,
  keep?: string,
): Promise<void> {
  const beside = `${path}.part`
  try {
    // One that was left there would keep its own permissions.
    await rm(beside, { force: true })
    const file = await open(beside, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    if (keep !== undefined) await keepAt(path, keep)
    await replace(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw new WriteError(`${path} cannot be written: ${whyUnwritten(error)}`, { cause: error })
  }
  await syncFolder(dirname(path))
}

async function keepAt(path: string, keep: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isFile()) throw new Error('what lies there is no file')
  await replace(path, keep)
}
