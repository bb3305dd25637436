import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HearsayError, UsageError } from '../errors.ts'
import type { Storage } from '../gossip/ports.ts'
import type { Layout } from '../parameters/layout.ts'
import { writeAtomically } from './atomic-file.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts'

/** Another process uses this state, or it cannot be read or written. */
export class StateError extends UsageError {
  override readonly name = 'StateError'
}

/** A checkpoint could not be written; the one before it is untouched. */
export class SaveError extends HearsayError {
  override readonly name = 'SaveError'
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
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw new StateError(`--state ${path} cannot be used: ${(error as Error).message}`)
  }
  const lock = join(path, LOCK)
  await acquire(lock, path)
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
        try {
          await writeAtomically(checkpointFile, encodeCheckpoint(checkpoint, layout))
        } catch (error) {
          throw new SaveError(`the checkpoint ${checkpointFile} cannot be written: ${(error as Error).message}`)
        }
      },
    }),

    release: () => rm(lock, { force: true }),
  }
}

/** The lock holds the id of the process that has it, so one that was killed leaves no lock that counts. */
async function acquire(lock: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(lock, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new StateError(`--state ${path} cannot be used: ${(error as Error).message}`)
      }
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
    if (isRunning(holder)) {
      throw new StateError(`--state ${path} is in use by process ${holder}; every peer needs a folder of its own`)
    }
    await rm(lock, { force: true })
  }
  throw new StateError(`--state ${path} is being taken by another process; every peer needs a folder of its own`)
}

function isRunning(process_: number): boolean {
  if (!Number.isInteger(process_) || process_ <= 0) return false
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
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
