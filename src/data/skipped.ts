import { MAXIMUM_NAMES_TOLD } from './constants.ts'
import { DataFileError } from './errors.ts'
import type { LoadOptions } from './source.ts'

/** A file that is not used, and why. */
export interface Skipped {
  readonly name: string
  readonly reason: string
}

/** What is left out of a dataset: told together, or refused. */
export interface SkippedFiles {
  /** @throws DataFileError where nothing may be left out */
  skip(file: Skipped): void
  /** Tells what was left out, of so many files. */
  tell(files: number): void
}

export function createSkippedFiles(folder: string, { strict = false, warn }: LoadOptions): SkippedFiles {
  const skipped: Skipped[] = []
  return {
    skip(file) {
      if (strict) throw new DataFileError(`${folder}: ${file.name}: ${file.reason}`)
      skipped.push(file)
    },
    tell(files) {
      if (skipped.length === 0) return
      const told = skipped.slice(0, MAXIMUM_NAMES_TOLD).map(({ name, reason }) => `${name} (${reason})`)
      const more = skipped.length > told.length ? `, and ${skipped.length - told.length} more` : ''
      warn?.(`${folder}: skipped ${skipped.length} of ${files} files: ${told.join(', ')}${more}`)
    },
  }
}
