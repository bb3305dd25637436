import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { main as asc } from 'assemblyscript/asc'

/** The folder of the training kernels' binaries, and below it of their source. */
export const BINARIES = join(import.meta.dirname, '../src/training/kernels')
/** The same folder of the kernels for frames of parameters. */
const FRAMES = join(import.meta.dirname, '../src/parameters/kernels')

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
  // The warning that vectors cannot cross to JavaScript, which none does.
  '--disableWarning=112',
]

const FUSED = '--enable=relaxed-simd'

/** A memory of up to 4 GiB, which several threads have. */
const SHARED = ['--enable=threads', '--sharedMemory', '--initialMemory=1', '--maximumMemory=65536']

/** The binaries by their files. The same source gives the same bytes on every machine. */
export async function compileKernels(): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Map([
    [join(BINARIES, 'training.wasm'), await compile(BINARIES, 'index.ts', [FUSED])],
    [join(BINARIES, 'training-strict.wasm'), await compile(BINARIES, 'index.ts', [])],
    [join(BINARIES, 'stacked.wasm'), await compile(BINARIES, 'stacked.ts', [...SHARED, FUSED])],
    [join(BINARIES, 'stacked-strict.wasm'), await compile(BINARIES, 'stacked.ts', SHARED)],
    [join(BINARIES, 'mixing.wasm'), await compile(BINARIES, 'mixing.ts', SHARED)],
    [join(FRAMES, 'frames.wasm'), await compile(FRAMES, 'frames.ts', [])],
  ])
}

async function compile(folder: string, entry: string, options: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc([entry, '--outFile=out.wasm', ...OPTIONS, ...options], {
    // Undefined for a file that is not there: the compiler asks for several candidates.
    readFile: name => readFile(join(folder, 'assembly', name), 'utf8').catch(() => null),
    writeFile(_name, contents) {
      if (contents instanceof Uint8Array) binary = contents
    },
    listFiles: () => [],
  })
  if (error !== null || binary === undefined) throw new Error(`asc failed: ${error?.message}\n${stderr}`)
  return binary
}
