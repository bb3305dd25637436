/** `npm run build:kernels`: compiles the training kernels and writes the binaries that are checked in. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BINARIES, compileKernels } from './compile-kernels.ts'

for (const [name, binary] of await compileKernels()) {
  await writeFile(join(BINARIES, name), binary)
  console.error(`${name}: ${binary.length} bytes`)
}
