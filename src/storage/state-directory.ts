import { existsSync } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../errors.ts'
import type { Storage } from '../gossip/ports.ts'
import type { Layout } from '../parameters/layout.ts'
import { writeAtomically } from './atomic-file.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts'
import { LockedError, takeLock } from './lock.ts'

/** Another process uses this state, or it cannot be read or written. */
export class StateError extends UsageError {
  override readonly name = 'StateError'
}

/** What a peer keeps in its `--state` folder. */
export interface StateDirectory {
  readonly checkpointFile: string
  /** The peer's private key; made on first use. */
  identity(create: () => Promise<Uint8Array>): Promise<Uint8Array>
  storage(layout: Layout): Storage
  /** Lets another process use the folder. */
  release(): Promise<void>
}

const IDENTITY = 'identity'
const LOCK = 'lock'
export const CHECKPOINT = 'checkpoint.safetensors'

/**
 * Opens the folder, making it where it is missing, for this process alone.
 *
 * @throws StateError
 */
export async function openStateDirectory(path: string): Promise<StateDirectory> {
  const release = await takeFolder(path)
  const checkpointFile = join(path, CHECKPOINT)

  return {
    checkpointFile,

    async identity(create) {
      const file = join(path, IDENTITY)
      const known = await readIfThere(file)
      if (known !== undefined) return known
      const made = await create()
      // Whoever reads the key can speak as this peer.
      await writeAtomically(file, made, 0o600)
      return made
    },

    storage: layout => ({
      async load() {
        const bytes = await readIfThere(checkpointFile)
        return bytes && decodeCheckpoint(bytes, checkpointFile).checkpoint
      },
      async save(checkpoint) {
        await writeAtomically(checkpointFile, encodeCheckpoint(checkpoint, layout))
      },
    }),

    release,
  }
}

async function takeFolder(path: string): Promise<() => Promise<void>> {
  try {
    await makeFolder(path)
    return await takeLock(join(path, LOCK))
  } catch (error) {
    if (error instanceof LockedError) {
      throw new StateError(`--state ${path} is in use by process ${error.holder}; every peer needs a folder of its own`)
    }
    throw new StateError(`--state ${path} cannot be used: ${(error as Error).message}`)
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StateError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

/** Not `recursive` from the start: where a folder refuses new ones, as /proc does, Node would try for ever. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || existsSync(dirname(resolve(path)))) throw error
    await makeFolder(dirname(resolve(path)))
    await mkdir(path)
  }
}
