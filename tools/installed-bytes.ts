import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** What of a package in the lock file is of interest here. */
interface Locked {
  /** Whether only development needs it; so do the optional peer dependencies, which nobody gets unasked. */
  readonly dev?: boolean
  /** Whether it is left out where it does not fit the machine. */
  readonly optional?: boolean
}

/**
 * Bytes of the files that an install puts beside the package: whatever it depends on, in the versions of the lock file, as they lie here.
 * Without a network, and the same on every file system.
 */
export async function dependencyBytes(): Promise<number> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  let bytes = 0
  for (const [path, { dev, optional }] of Object.entries<Locked>(packages)) {
    if (path === '' || dev === true) continue
    const own = await bytesIn(join(root, path)).catch(error => {
      if (optional === true && error.code === 'ENOENT') return 0
      throw error
    })
    bytes += own
  }
  return bytes
}

/** Without the packages inside, which have entries of their own. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += await bytesIn(path)
    else if (entry.isFile()) bytes += (await stat(path)).size
  }
  return bytes
}
