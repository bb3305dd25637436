import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from '../../src/errors.ts'
import { writeAtomically } from '../../src/storage/atomic-file.ts'
import { readResult } from '../read-result.ts'
import type { RunResult } from '../result.ts'

/** Results of a sweep between its runs. */
export interface KeptResults {
  /** The result of what was run, where there is one and it is whole: what cannot be read counts as not there. */
  find(name: string, what: string): Promise<{ readonly file: string; readonly result: RunResult } | undefined>
  /** @returns the file */
  keep(name: string, what: string, result: RunResult): Promise<string>
}

/** Keeps nothing, for a sweep that is quick to run again. */
export const nothingKept: KeptResults = { find: async () => undefined, keep: async () => '' }

/** Hex digits of a hash in a file's name: among a sweep's runs no two alike. */
const KEY_DIGITS = 10
/** A name that every file system takes, with the key. */
const MOST_NAME = 100

/**
 * A folder with a file for each run, named for people and for what was run: whatever changes that changes the file, so no
 * result is taken for another's.
 *
 * @throws UsageError where the folder cannot be made or written to, before anything runs
 */
export async function keepResultsIn(folder: string): Promise<KeptResults> {
  await requireFolder(folder)
  return {
    async find(name, what) {
      const file = join(folder, fileOf(name, what))
      const text = await readFile(file, 'utf8').catch(() => undefined)
      const result = text === undefined ? undefined : readResult(text)
      return result === undefined || result.partial?.reason === 'interrupted' ? undefined : { file, result }
    },
    async keep(name, what, result) {
      const file = join(folder, fileOf(name, what))
      await writeAtomically(file, `${JSON.stringify(result, null, 2)}\n`)
      return file
    },
  }
}

/** Makes a folder, and writes a file to it to see whether one can be written: permissions alone do not say. */
async function requireFolder(folder: string): Promise<void> {
  const probe = join(folder, `.hearsay-${process.pid}`)
  try {
    await makeFolder(folder)
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'there is a file of that name on the way'
        : `no file can be written (${code})`
    throw new UsageError(`${folder} cannot be a folder of results: ${why}; expected a folder that can be written to`)
  }
}

/** Makes a folder and those above it. Node's own way tries for ever where a folder is there and takes no other, as /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // If it is no folder, writing to it will fail, and say so.
    if (code === 'EEXIST') return
    if (code !== 'ENOENT') throw error
    await makeFolder(dirname(folder))
    await mkdir(folder)
  }
}

function fileOf(name: string, what: string): string {
  const key = createHash('sha256').update(what).digest('hex').slice(0, KEY_DIGITS)
  return `${name.replaceAll(/[^\w=.-]+/g, '_').slice(0, MOST_NAME)}-${key}.json`
}
