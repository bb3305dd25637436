/**
 * `npm run formats`: writes the published schemas and the page about them. `test/formats.test.ts` finds them out of date.
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { formatFiles } from './formats/files.ts'

const root = join(import.meta.dirname, '..')
for (const [path, text] of formatFiles) {
  await mkdir(join(root, dirname(path)), { recursive: true })
  await writeFile(join(root, path), text)
  console.log(path)
}
