import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { main as asc } from 'assemblyscript/asc'

/** Where the source of the training kernels is, and above it the binaries. */
const SOURCE = join(import.meta.dirname, '../src/training/kernels/assembly')
export const BINARIES = join(SOURCE, '..')

const OPTIONS = [
  '--optimizeLevel=3',
  '--converge',
  '--noAssert',
  '--uncheckedBehavior=always',
  // No allocator, no globals: the memory is the caller's.
  '--runtime=stub',
  '--importMemory',
  '--noExportMemory',
  '--enable=simd',
  // That vectors cannot cross to JavaScript, which none does.
  '--disableWarning=112',
]

const FUSED = '--enable=relaxed-simd'

/** A memory of up to 4 GiB, which several threads have. */
const SHARED = ['--enable=threads', '--sharedMemory', '--initialMemory=1', '--maximumMemory=65536']

/** The binaries by the names of their files. The same source gives the same bytes on every machine. */
export async function compileKernels(): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Map([
    ['training.wasm', await compile('index.ts', [FUSED])],
    ['training-strict.wasm', await compile('index.ts', [])],
    ['stacked.wasm', await compile('stacked.ts', [...SHARED, FUSED])],
    ['stacked-strict.wasm', await compile('stacked.ts', SHARED)],
    ['mixing.wasm', await compile('mixing.ts', SHARED)],
  ])
}

async function compile(entry: string, options: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc([entry, '--outFile=out.wasm', ...OPTIONS, ...options], {
    // Undefined for a file that is not there: the compiler asks for several candidates.
    readFile: name => readFile(join(SOURCE, name), 'utf8').catch(() => null),
    writeFile(_name, contents) {
      if (contents instanceof Uint8Array) binary = contents
    },
    listFiles: () => [],
  })
  if (error !== null || binary === undefined) throw new Error(`asc failed: ${error?.message}\n${stderr}`)
  return binary
}
