import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Makes empty folders, removed when the tests of the calling file have ended. */
export function temporaryFolders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'hearsay-storage-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  return () => mkdtempSync(join(root, 'folder-'))
}
