import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined
let files = 0

/**
 * The name of a file that is not there yet, in a folder that only this user can read and that is removed when the process
 * (or the thread that asked) ends. A process that is killed leaves it to the system, which clears its temporary folder.
 */
export function temporaryFile(): string {
  folder ??= makeFolder()
  return join(folder, String(files++))
}

function makeFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearsay-data-'))
  process.on('exit', () => rmSync(path, { recursive: true, force: true }))
  return path
}
