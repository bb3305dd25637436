import { open } from 'node:fs/promises'

/** Flushes a folder to the disk: until then a crash may undo that a file in it was made, renamed or removed. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
