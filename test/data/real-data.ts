import { existsSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER_NAME = process.env.HEARSAY_DATA ?? '../shared/data'
const FOLDER = process.env.HEARSAY_DATA ?? join(import.meta.dirname, '../..', FOLDER_NAME)

/**
 * The path of a file or folder of the real datasets, such as `mnist-10k` or `spambase/spambase.csv`; undefined where it is
 * missing. They are not part of the project: tests look in the folder that HEARSAY_DATA names, or in `../shared/data` beside
 * the repository.
 */
export function realData(relativePath: string): string | undefined {
  const path = join(FOLDER, relativePath)
  if (existsSync(path)) return path
  // The default reporter hides why a test was skipped; a warning it shows.
  console.warn(`skipped: ${missingData(relativePath)}`)
  return undefined
}

/** The reason of a test that is skipped for want of `relativePath`. */
export function missingData(relativePath: string): string {
  return `there is no ${relativePath} in ${FOLDER_NAME}; set HEARSAY_DATA to the folder that has it`
}
