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
  /** Whether it is kept for testing; undefined where the folder does not say. */
  readonly forTesting: boolean | undefined
}

export interface ImageFolder {
  /** Names of the classes in Unicode's normal form NFC, sorted: systems write one name in different forms. */
  readonly classNames: readonly string[]
  /** By part, then by class folder, and by name within. */
  readonly files: readonly ImageFile[]
  /** Whether a part is for testing. */
  readonly hasTestPart: boolean
  /** Entries that are neither an image by their name nor a folder of a class. */
  readonly skipped: readonly Skipped[]
}

const IMAGE = /\.(png|jpe?g)$/i

/** What folders of parts are called, in any case of letters. */
const PARTS: Readonly<Record<string, 'train' | 'test' | 'validation'>> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
}

/**
 * Looks through a folder with one folder per class, or with the folders `train` and `test` that have one per class each. Hidden files and
 * folders are skipped in silence, as systems put their own there.
 *
 * A folder of validation samples (`val`, `valid`) is the test part where there is no `test`; beside one it is left out, since whoever set
 * it aside wants it neither learned from nor judged by. `train` alone does not say what is for testing.
 *
 * @throws DataFileError where a folder cannot be read, or there are no classes in it
 */
export async function findImages(folder: string): Promise<ImageFolder> {
  const folders: string[] = []
  const skipped: Skipped[] = []
  for (const entry of await list(folder)) {
    if (await isFolder(folder, entry)) folders.push(entry.name)
    else skipped.push({ name: entry.name, reason: 'it is in no folder of a class' })
  }
  const parts = await partsOf(folder, folders)
  const testing = ['test', 'validation'].find(part => parts?.some(each => each.part === part))
  const classFolders: ClassFolder[] = []
  for (const { name, part } of parts ?? []) {
    if (part === 'validation' && testing === 'test') {
      skipped.push({ name: `${name}/`, reason: 'a part for validation, beside one for testing' })
      continue
    }
    const forTesting = testing === undefined ? undefined : part === testing
    for (const entry of await list(join(folder, name))) {
      if (await isFolder(join(folder, name), entry)) classFolders.push({ name: `${name}/${entry.name}`, forTesting })
      else skipped.push({ name: `${name}/${entry.name}`, reason: 'it is in no folder of a class' })
    }
  }
  if (parts === undefined) classFolders.push(...folders.map(name => ({ name, forTesting: undefined })))
  if (classFolders.length === 0) {
    throw new DataFileError(`${folder}: found no folders in it; expected one per class, with its images`)
  }
  const classNames = [...new Set(classFolders.map(classNameOf))].sort()
  const files: ImageFile[] = []
  for (const found of classFolders) {
    const path = join(folder, found.name)
    const label = classNames.indexOf(classNameOf(found))
    for (const entry of await list(path)) {
      const name = `${found.name}/${entry.name}`
      if (await isFolder(path, entry)) skipped.push({ name, reason: 'a folder within a class' })
      else if (!IMAGE.test(entry.name)) skipped.push({ name, reason: 'neither .png nor .jpg' })
      else files.push({ name, path: join(path, entry.name), label, forTesting: found.forTesting })
    }
  }
  return { classNames, files, hasTestPart: testing !== undefined, skipped }
}

interface ClassFolder {
  /** From the folder of all: `cats`, `train/cats`. */
  readonly name: string
  readonly forTesting: boolean | undefined
}

function classNameOf({ name }: ClassFolder): string {
  return name.slice(name.lastIndexOf('/') + 1).normalize('NFC')
}

interface PartFolder {
  readonly name: string
  readonly part: 'train' | 'test' | 'validation'
}

/** The folders as parts; undefined where they are classes: some have other names, or `train` has no folders of classes. */
async function partsOf(folder: string, names: readonly string[]): Promise<PartFolder[] | undefined> {
  const parts = names.flatMap(name => {
    const key = name.toLowerCase()
    return Object.hasOwn(PARTS, key) ? [{ name, part: PARTS[key] }] : []
  })
  const training = parts.filter(({ part }) => part === 'train')
  if (parts.length < names.length || training.length === 0) return undefined
  for (const { name } of training) {
    const path = join(folder, name)
    for (const entry of await list(path)) if (await isFolder(path, entry)) return parts
  }
  return undefined
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
