import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a file so that after a crash there is the old content or the new, never a part: written beside it, flushed to
 * the disk, renamed over it, and the folder flushed too, without which the rename itself may be lost.
 *
 * @param mode permissions of the file
 */
export async function writeAtomically(path: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
  const beside = `${path}.${process.pid}.part`
  try {
    const file = await open(beside, 'w', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
