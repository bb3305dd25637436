import { open } from 'node:fs/promises'

/**
 * What systems say that have no such thing: Windows gives out no handle of a folder that may be flushed, and some network file
 * systems flush files only. Their own journals keep names and folders in order.
 */
const UNSUPPORTED: readonly (string | undefined)[] = ['EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOSYS']

/**
 * Flushes a folder to the disk, where the system can: until then a crash may undo that a file in it was made, renamed or removed.
 */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (!UNSUPPORTED.includes((error as NodeJS.ErrnoException).code)) throw error
  }
}
