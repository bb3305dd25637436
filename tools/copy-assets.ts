/**
 * Part of `npm run build`: puts the binaries and the dashboard's page where the compiled code looks for them, because tsc copies no other files.
 */

import { copyFile, cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
for (const folder of ['src/training/kernels', 'src/parameters/kernels']) {
  for (const name of await readdir(join(root, folder))) {
    if (name.endsWith('.wasm')) await copyFile(join(root, folder, name), join(root, 'dist', folder, name))
  }
}

const PAGE = 'peer/dashboard/page'
await cp(join(root, PAGE), join(root, 'dist', PAGE), { recursive: true, filter: path => !/\.(json|d\.ts)$/.test(path) })
