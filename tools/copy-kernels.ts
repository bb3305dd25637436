/**
 * Part of `npm run build`: puts the binaries where the compiled code looks for them, because tsc copies no other files.
 */

import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'

const FOLDER = 'src/training/kernels'
const root = join(import.meta.dirname, '..')
for (const name of ['training.wasm', 'training-strict.wasm', 'stacked.wasm', 'stacked-strict.wasm', 'mixing.wasm']) {
  await copyFile(join(root, FOLDER, name), join(root, 'dist', FOLDER, name))
}
