/** `npm run build:kernels`: compiles the kernels and writes the binaries that are checked in. */

import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { compileKernels } from './compile-kernels.ts'

for (const [file, binary] of await compileKernels()) {
  await writeFile(file, binary)
  console.error(`${basename(file)}: ${binary.length} bytes`)
}
