import { MAXIMUM_NAMES_LISTED } from './constants.ts'
import { DataFileError } from './errors.ts'
import type { LoadOptions } from './source.ts'

/** A file that is not used, and why. */
export interface Skipped {
  readonly name: string
  readonly reason: string
}

/** Files that are left out of a dataset: named together in one warning, or refused. */
export interface SkippedFiles {
  /** @throws DataFileError where nothing may be left out */
  skip(file: Skipped): void
  /** Warns of the files that were left out, of so many. */
  warn(files: number): void
}

export function createSkippedFiles(folder: string, { strict = false, warn }: LoadOptions): SkippedFiles {
  const skipped: Skipped[] = []
  return {
    skip(file) {
      if (strict) throw new DataFileError(`${folder}: ${file.name}: ${file.reason}`)
      skipped.push(file)
    },
    warn(files) {
      if (skipped.length === 0) return
      const listed = skipped.slice(0, MAXIMUM_NAMES_LISTED).map(({ name, reason }) => `${name} (${reason})`)
      const more = skipped.length > listed.length ? `, and ${skipped.length - listed.length} more` : ''
      warn?.(`${folder}: skipped ${skipped.length} of ${files} files: ${listed.join(', ')}${more}`)
    },
  }
}
