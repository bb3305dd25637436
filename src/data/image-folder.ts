import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataFileError } from './errors.ts'
import { unreadable } from './files.ts'
import type { Skipped } from './skipped.ts'

/** A file with the class whose folder it is in. */
export interface ImageFile {
  /** From the folder of all, for messages: `cats/1.png`. */
  readonly name: string
  readonly path: string
  /** Index of the class. */
  readonly label: number
}

export interface ImageFolder {
  /** Names of the class folders, sorted. */
  readonly classNames: readonly string[]
  /** By class, and by name within. */
  readonly files: readonly ImageFile[]
  /** Entries that are neither an image by their name nor a folder of a class. */
  readonly skipped: readonly Skipped[]
}

const IMAGE = /\.(png|jpe?g)$/i

/**
 * Looks through a folder with one folder per class. Hidden files are skipped in silence, as systems put their own there.
 *
 * @throws DataFileError where the folder cannot be read, or has no folders in it
 */
export async function findImages(folder: string): Promise<ImageFolder> {
  const skipped: Skipped[] = []
  const classNames: string[] = []
  for (const entry of await list(folder)) {
    if (await isFolder(folder, entry)) classNames.push(entry.name)
    else skipped.push({ name: entry.name, reason: 'it is in no folder of a class' })
  }
  if (classNames.length === 0) {
    throw new DataFileError(`${folder}: found no folders in it; expected one per class, with its images`)
  }
  const files: ImageFile[] = []
  for (const [label, className] of classNames.entries()) {
    const path = join(folder, className)
    for (const entry of await list(path)) {
      const name = `${className}/${entry.name}`
      if (await isFolder(path, entry)) skipped.push({ name, reason: 'a folder within a class' })
      else if (!IMAGE.test(entry.name)) skipped.push({ name, reason: 'neither .png nor .jpg' })
      else files.push({ name, path: join(path, entry.name), label })
    }
  }
  return { classNames, files, skipped }
}

/** Entries of a folder that are not hidden, in the order of names: the same on every system. */
async function list(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new DataFileError(`${path}: this is a file; expected a folder with one folder per class`, { cause: error })
    }
    throw unreadable(path, error)
  }
}

async function isFolder(within: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return await stat(join(within, entry.name)).then(
    found => found.isDirectory(),
    // A link to nowhere is no folder; as an image it cannot be read, and the warning names it then.
    () => false,
  )
}
