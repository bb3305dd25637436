import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../src/storage/atomic-file.ts'
import type { RunResult } from '../result.ts'

/** Results of a sweep between its runs. */
export interface KeptResults {
  /** The result of what was run, where it is whole. */
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
 */
export async function keepResultsIn(folder: string): Promise<KeptResults> {
  await mkdir(folder, { recursive: true })
  return {
    async find(name, what) {
      const file = join(folder, fileOf(name, what))
      const text = await readFile(file, 'utf8').catch(() => undefined)
      if (text === undefined) return undefined
      // Written in one piece or not at all, so it is whole.
      const result = JSON.parse(text) as RunResult
      return result.partial?.reason === 'interrupted' ? undefined : { file, result }
    },
    async keep(name, what, result) {
      const file = join(folder, fileOf(name, what))
      await writeAtomically(file, `${JSON.stringify(result, null, 2)}\n`)
      return file
    },
  }
}

function fileOf(name: string, what: string): string {
  const key = createHash('sha256').update(what).digest('hex').slice(0, KEY_DIGITS)
  return `${name.replaceAll(/[^\w=.-]+/g, '_').slice(0, MOST_NAME)}-${key}.json`
}
