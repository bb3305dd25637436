import { lstat, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import { applyEntry } from '../gossip/state/journal.ts'
import type { JournalEntry } from '../gossip/state/journal-entry.ts'
import { createLedger } from '../gossip/state/ledger.ts'
import { firstNonFinite } from '../parameters/vectors.ts'
import { openRegularFile, readWhole } from '../regular-file.ts'
import {
  CheckpointFileError,
  CheckpointVersionError,
  decodeCheckpoint,
  fits,
  type ReadCheckpoint,
} from './checkpoint-file.ts'
import { MAX_CHECKPOINT_BYTES } from './constants.ts'
import { journalFile, listJournals, readJournal } from './journal-file.ts'
import { FILE_HEADER_BYTES, journalOwner } from './journal-format.ts'

/** A checkpoint with all that its journals add to it. */
export interface StoredCheckpoint extends ReadCheckpoint {
  /** The newest journal, or the one that would be the first, and where what was acknowledged in it ends. */
  readonly newest: { readonly generation: number; readonly end: number }
  /** Absent where all files are whole. */
  readonly damage?: Damage
}

/** Why this is not the newest state that there was. */
export interface Damage {
  /** For people: which file, and what is gone on from. */
  readonly message: string
  /** Whether entries of exchanges were lost, of which others may know. */
  readonly lostExchanges: boolean
}

/** The checkpoint before the one in a file is kept beside it, with its journals, until the next but one. */
export function previousFile(file: string): string {
  const extension = extname(file)
  return join(dirname(file), `${basename(file, extension)}.previous${extension}`)
}

/**
 * Reads the newest whole state that a checkpoint, the one before it, and the journals beside them make. Changes nothing: a peer may be
 * writing them.
 *
 * @returns undefined where there is no checkpoint
 * @throws CheckpointFileError where there are some, and none of them is whole; IrregularFileError where one is no file
 */
export async function readCheckpoint(file: string): Promise<StoredCheckpoint | undefined> {
  for (;;) {
    const handle = await openRegularFile(file).catch(ifThere)
    // Whatever of the files is replaced, removed or renamed, this one is: while it is the same, they are all there. As long as
    // it is open, no other file gets its number.
    const isCurrent = async () => {
      const [read, there] = await Promise.all([
        handle?.stat({ bigint: true }),
        stat(file, { bigint: true }).catch(ifThere),
      ])
      return read?.ino === there?.ino
    }
    try {
      const bytes = handle && (await readWhole(handle, file, MAX_CHECKPOINT_BYTES))
      const stored = await newestOf(bytes, file)
      if (await isCurrent()) return stored
    } catch (error) {
      if (await isCurrent()) throw error
    } finally {
      await handle?.close()
    }
  }
}

/** @param bytes of the checkpoint itself; undefined where it is missing */
async function newestOf(bytes: Uint8Array | undefined, file: string): Promise<StoredCheckpoint | undefined> {
  const current = bytes && decoded(bytes, file)
  const newest = current && 'journal' in current ? await addJournals(current, file) : undefined
  if (newest !== undefined && newest.damage === undefined) return newest

  const earlier = previousFile(file)
  const handle = await openRegularFile(earlier).catch(ifThere)
  const before =
    handle && decoded(await readWhole(handle, earlier, MAX_CHECKPOINT_BYTES).finally(() => handle.close()), earlier)
  if (current === undefined && before === undefined) {
    // A crash before the first checkpoint leaves a journal in which nothing is.
    if (await hasEntries(file))
      throw new CheckpointFileError(`${file} is missing, and its journals are there: put it back, or remove them`)
    return undefined
  }
  const previous = before && 'journal' in before ? before : undefined
  // A copy that was put back may be older than the one that is kept beside it.
  if (newest !== undefined && newest.journal >= (previous?.journal ?? 0)) return newest
  if (previous === undefined) throw unreadable(file, current, before)
  const stored = await addJournals(previous, file)
  const reason =
    current === undefined
      ? `${file} is missing`
      : current instanceof Error
        ? current.message
        : `${file} is an older copy`
  return { ...stored, damage: goesOnFrom(stored, earlier, reason) }
}

async function hasEntries(file: string): Promise<boolean> {
  const generations = (await listJournals(file).catch(ifThere)) ?? []
  const journals = generations.map(generation => journalFile(file, generation))
  const sizes = await Promise.all(journals.map(async journal => (await lstat(journal)).size))
  return sizes.some(size => size > FILE_HEADER_BYTES)
}

function goesOnFrom({ checkpoint: { step }, damage }: StoredCheckpoint, earlier: string, reason: string): Damage {
  const further = damage === undefined ? 'What was exchanged with others since is in its journals' : damage.message
  return {
    message: `${reason}; the checkpoint before it, ${basename(earlier)}, is gone on from: what was trained after step ${step} is lost. ${further}`,
    lostExchanges: damage?.lostExchanges ?? false,
  }
}

function unreadable(file: string, current: unknown, before: unknown): Error {
  const [first, second] = [current, before].filter(one => one instanceof Error)
  const found = first ?? new CheckpointFileError(`${file} is missing`)
  const other = second === undefined ? 'there is none from before it' : second.message
  return new CheckpointFileError(`${found.message}; and ${other}: nothing here can be gone on from`, { cause: found })
}

/** @throws CheckpointVersionError */
function decoded(bytes: Uint8Array, file: string): ReadCheckpoint | CheckpointFileError {
  try {
    return decodeCheckpoint(bytes, file)
  } catch (error) {
    if (error instanceof CheckpointFileError && !(error instanceof CheckpointVersionError)) return error
    throw error
  }
}

/** Adds all that was recorded after a checkpoint, up to the first thing that is damaged. */
async function addJournals(read: ReadCheckpoint, file: string): Promise<StoredCheckpoint> {
  const { parameters, peer, step } = read.checkpoint
  const ledger = createLedger(read.checkpoint)
  const take = (entry: JournalEntry) => {
    if ('values' in entry && !(fits(entry, parameters.length) && firstNonFinite(entry.values) === -1)) return false
    applyEntry(parameters, ledger, entry)
    return true
  }
  const owner = journalOwner(peer, basename(file))
  const there = (await listJournals(file)).filter(generation => generation >= read.journal)
  const missing = read.hasAllJournals ? firstMissing(there, read.journal) : undefined
  let newest = { generation: read.journal, end: 0 }
  let damage = missing === undefined ? undefined : `${journalFile(file, missing)} is missing`
  const named = read.hasAllJournals ? undefined : read.journal
  for (const generation of there.filter(one => one < (missing ?? Number.POSITIVE_INFINITY))) {
    const expected = { generation, owner }
    const isLast = generation === there.at(-1)
    const found = await readJournal({
      file: journalFile(file, generation),
      expected,
      named,
      isLast,
      take,
    })
    newest = { generation, end: found.end }
    if (found.damage === undefined) continue
    damage = found.damage
    break
  }
  const checkpoint: Checkpoint = { ...read.checkpoint, ...ledger.durable() }
  const stored = { ...read, checkpoint, newest }
  if (damage === undefined) return stored
  const message = `${damage}; what was exchanged with others before it is kept, on top of step ${step}, and what came after is lost`
  return { ...stored, damage: { message, lostExchanges: true } }
}

/** The first journal that is not there of those that were; undefined where none is known to be missing. */
function firstMissing(there: readonly number[], first: number): number | undefined {
  const gap = there.findIndex((generation, i) => generation !== first + i)
  if (gap !== -1) return first + gap
  return there.length === 0 ? first : undefined
}

function ifThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
