import { existsSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HearsayError, UsageError } from '../errors.ts'
import type { Storage } from '../gossip/ports.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import type { Layout } from '../parameters/layout.ts'
import { IrregularFileError, readRegularFile } from '../regular-file.ts'
import { allowModule } from './allowed-modules.ts'
import { writeAtomically } from './atomic-file.ts'
import { type CheckpointStorage, createCheckpointStorage } from './checkpoint-storage.ts'
import { MAX_CHECKPOINT_BYTES, MAX_DOCUMENT_BYTES, MAX_SMALL_FILE_BYTES, PRIVATE } from './constants.ts'
import { type ContactsFile, contactsFile } from './contacts-file.ts'
import { LockedError, takeLock } from './lock.ts'
import { makePrivateFolder } from './private-folder.ts'
import { sealDocument, unsealDocument } from './sealed-document.ts'
import { readCheckpoint, type StoredCheckpoint } from './stored-checkpoint.ts'
import { whyUnwritten } from './why-unwritten.ts'

/** Another process uses this state, or it cannot be read or written. */
export class StateError extends UsageError {
  override readonly name = 'StateError'
}

/** The contents of a peer's `--state` folder. */
export interface StateDirectory {
  readonly checkpointFile: string
  /** The peer's private key; made on first use. */
  identity(create: () => Promise<Uint8Array>): Promise<Uint8Array>
  /** @param name of the file that keeps the checkpoint; {@link checkpointFile} where absent */
  storage(layout: Layout, name?: string): Storage
  /** Keeps the recipe beside the checkpoints that are made with it, without which nobody could tell what they hold. */
  keepRecipe(text: string): Promise<void>
  /** Keeps by what samples are standardised, without which the parameters are of no use: the swarm's figures, or of a peer alone its own. */
  keepStandardisation(text: string): Promise<void>
  /** Keeps the seed by which the peer's data were split, without which nobody could tell what it did not learn from. */
  keepSplit(text: string): Promise<void>
  /** Remembers the program that the peer's model is, by its digest: whoever uses the state later need not allow it again. */
  allowModule(digest: string): Promise<void>
  /** The weights that the peer begins with, as {@link keepWeights} kept them; undefined where it did not. */
  weights(): Promise<Uint8Array | undefined>
  /** Keeps them beside the checkpoints, as safetensors: what is frozen is in no checkpoint, and others may ask for them. */
  keepWeights(content: Uint8Array): Promise<void>
  /** Where members were reached: read at the start, and kept for the next. */
  readonly contacts: Pick<ContactsFile, 'read' | 'keep'>
  /** Waits for what is being appended, and lets another process use the folder. */
  release(): Promise<void>
}

export const IDENTITY = 'identity'
const LOCK = 'lock'
export const RECIPE = 'recipe.json'
const STANDARDISATION = 'standardisation.json'
const SPLIT = 'split.json'
const WEIGHTS = 'initial.safetensors'
export const CHECKPOINT = 'checkpoint.safetensors'

/** The file in which a peer keeps what it knows of the swarm's statistics. */
export function statisticsFile(kind: 'means' | 'variations'): string {
  return `${kind}.safetensors`
}

/** Names of files that are a state's: those above, what is written beside them, and the checkpoints' own. */
function isOfState(name: string): boolean {
  return /^(?:identity|lock|recipe|standardisation|split|initial|allowed-modules|membership|revocations|contacts|checkpoint|means|variations)(?:[.]|$)/.test(
    name,
  )
}

/**
 * Opens the folder, making it where it is missing, for this process alone, and for this user.
 *
 * @param warn told what was damaged and is lost, and what others could read until now
 * @throws StateError
 */
export async function openStateDirectory(
  path: string,
  warn: (message: string) => void = () => {},
): Promise<StateDirectory> {
  const release = await takeFolder(path, warn)
  const checkpointFile = join(path, CHECKPOINT)
  const storages: CheckpointStorage[] = []
  const contacts = contactsFile(path, warn)

  return {
    checkpointFile,

    async identity(create) {
      const file = join(path, IDENTITY)
      const known = await readIfThere(file, MAX_SMALL_FILE_BYTES)
      if (known !== undefined) return known
      const made = await create()
      // Anyone who reads the key can speak as this peer.
      await writeAtomically(file, made, PRIVATE)
      return made
    },

    storage(layout, name = CHECKPOINT) {
      const file = join(path, name)
      const storage = createCheckpointStorage(file, layout, warn)
      storages.push(storage)
      return { ...storage, load: () => readable(file, storage.load()) }
    },

    keepRecipe: text => writeAtomically(join(path, RECIPE), text, PRIVATE),
    keepStandardisation: text => writeAtomically(join(path, STANDARDISATION), sealDocument(text), PRIVATE),
    keepSplit: text => writeAtomically(join(path, SPLIT), sealDocument(text), PRIVATE),

    allowModule: digest => allowModule(path, digest),

    weights: () => readIfThere(join(path, WEIGHTS), MAX_CHECKPOINT_BYTES),

    async keepWeights(content) {
      const known = await readIfThere(join(path, WEIGHTS), MAX_CHECKPOINT_BYTES)
      if (known === undefined || Buffer.compare(known, content) !== 0)
        await writeAtomically(join(path, WEIGHTS), content, PRIVATE)
    },

    contacts,

    async release() {
      try {
        await contacts.settled()
        await Promise.all(storages.map(storage => storage.close()))
      } finally {
        await release()
      }
    },
  }
}

/** The contents of a folder for callers that only read. */
export interface ReadState extends StoredCheckpoint {
  /** The text that {@link StateDirectory.keepRecipe} kept, where it did. */
  readonly recipe: string | undefined
  /** The text that {@link StateDirectory.keepStandardisation} kept last, where it did; states of 0.1 have none. */
  readonly standardisation: string | undefined
  /** The text that {@link StateDirectory.keepSplit} kept last, where it did; states of 0.1 have none. */
  readonly split: string | undefined
  /** The content that {@link StateDirectory.keepWeights} kept, where it did. */
  readonly weights: Uint8Array | undefined
  /** The statistics, as far as the peer agreed, or began to agree, on them. */
  readonly means: Checkpoint | undefined
  readonly variations: Checkpoint | undefined
  /** What is damaged of the files, and is not in what was read; the peer itself will go on from the same. */
  readonly warnings: readonly string[]
}

/**
 * Reads a folder without taking it or changing anything in it. A peer may run on it meanwhile, or have crashed: what is
 * read is what it would resume from.
 *
 * @throws StateError where there is no folder or no checkpoint; CheckpointFileError where it is damaged
 */
export async function readState(path: string): Promise<ReadState> {
  const checkpointFile = join(path, CHECKPOINT)
  await requireNoLink(path)
  const stored = await readable(checkpointFile, readCheckpoint(checkpointFile))
  if (stored === undefined) throw new StateError(`--state ${path} ${await whatIsThere(path)}`)
  const [recipe, standardisation, split] = await Promise.all(
    // The recipe is known by its hash.
    [RECIPE, STANDARDISATION, SPLIT].map(name => readDocument(join(path, name), name !== RECIPE)),
  )
  const statistics = async (kind: 'means' | 'variations') => {
    const file = join(path, statisticsFile(kind))
    return await readable(file, readCheckpoint(file))
  }
  const means = await statistics('means')
  const variations = await statistics('variations')
  return {
    ...stored,
    recipe,
    standardisation,
    split,
    weights: await readIfThere(join(path, WEIGHTS), MAX_CHECKPOINT_BYTES),
    means: means?.checkpoint,
    variations: variations?.checkpoint,
    warnings: [stored, means, variations].flatMap(one => one?.damage?.message ?? []),
  }
}

/** Why there is no checkpoint. */
async function whatIsThere(path: string): Promise<string> {
  const entries = await readdir(path).catch(() => undefined)
  if (entries === undefined) return 'does not exist; expected the folder that a peer was given as its --state'
  const peers = entries.filter(name => existsSync(join(path, name, CHECKPOINT)))
  return peers.length > 0
    ? `is of a whole swarm; expected that of one peer: ${peers.map(name => join(path, name)).join(', ')}`
    : 'has no checkpoint; a peer writes the first within seconds of training, and one when it stops'
}

async function requireNoLink(path: string): Promise<void> {
  const found = await lstat(resolve(path)).catch(() => undefined)
  if (found?.isSymbolicLink() !== true) return
  throw new StateError(`--state ${path} is a symbolic link, which is not followed here; name the folder itself`)
}

async function takeFolder(path: string, warn: (message: string) => void): Promise<() => Promise<void>> {
  try {
    await makePrivateFolder(path, isOfState, warn)
    return await takeLock(join(path, LOCK))
  } catch (error) {
    if (error instanceof LockedError) {
      throw new StateError(
        `--state ${path} is in use by process ${error.holder}; every peer needs a folder of its own (if that process is no peer, remove ${join(path, LOCK)})`,
      )
    }
    throw new StateError(`--state ${path} cannot be used: ${whyUnwritten(error)}`)
  }
}

async function readIfThere(file: string, most: number): Promise<Buffer | undefined> {
  try {
    return await readRegularFile(file, { most })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(file, error)
  }
}

async function readDocument(file: string, isSealed: boolean): Promise<string | undefined> {
  const text = (await readIfThere(file, MAX_DOCUMENT_BYTES))?.toString()
  if (text === undefined || !isSealed) return text
  const whole = unsealDocument(text)
  if (whole === undefined) throw new StateError(`${file} is damaged: it is not what was written`)
  return whole
}

/** Turns a system's error into one that names the file; damage has been named already. */
async function readable<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw error instanceof HearsayError && !(error instanceof IrregularFileError) ? error : unreadable(file, error)
  }
}

function unreadable(file: string, cause: unknown): StateError {
  const what = (cause as Error).message
  return new StateError(cause instanceof IrregularFileError ? what : `${file} cannot be read: ${what}`, { cause })
}
