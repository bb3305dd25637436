/**
 * Part of `npm run build`: removes the declarations to which no entry point leads. Nobody can import what they declare, and they were a
 * fifth of the package.
 */

import { glob, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const reached = new Set<string>()

/** @param file the path of a declaration, below the root */
async function reach(file: string): Promise<void> {
  if (reached.has(file)) return
  reached.add(file)
  const text = await readFile(join(root, file), 'utf8')
  for (const [, imported] of text.matchAll(/(?:from |import |import\()['"](\.[^'"]+)['"]/g)) {
    await reach(join(file, '..', imported).replace(/\.[jt]s$/, '.d.ts'))
  }
}

for (const entry of Object.values(manifest.exports)) if (typeof entry === 'object') await reach(join(entry.types))
for await (const file of glob('dist/**/*.d.ts', { cwd: root })) if (!reached.has(file)) await rm(join(root, file))
