import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { JournalEntry } from '../gossip/state/journal-entry.ts'
import { CheckpointFileError } from './checkpoint-file.ts'
import {
  decodeGroup,
  decodeGroupHeader,
  decodeJournalName,
  type EncodedEntry,
  encodeGroup,
  encodeJournalName,
  FILE_HEADER_BYTES,
  GROUP_HEADER_BYTES,
  type JournalName,
} from './journal-format.ts'
import { syncFolder } from './sync-folder.ts'

/** A journal lies beside its checkpoint: `checkpoint.journal-3` for `checkpoint.safetensors`. */
export function journalFile(checkpointFile: string, generation: number): string {
  return join(dirname(checkpointFile), `${journalPrefix(checkpointFile)}${generation}`)
}

/** Numbers of the journals that are there, ascending. */
export async function listJournals(checkpointFile: string): Promise<number[]> {
  return generationsIn(await readdir(dirname(checkpointFile)), checkpointFile)
}

/** Numbers of the journals of this checkpoint among the names of a folder's files, ascending. */
export function generationsIn(names: readonly string[], checkpointFile: string): number[] {
  const prefix = journalPrefix(checkpointFile)
  return names
    .filter(name => name.startsWith(prefix) && /^(0|[1-9]\d{0,14})$/.test(name.slice(prefix.length)))
    .map(name => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b)
}

function journalPrefix(checkpointFile: string): string {
  return `${basename(checkpointFile, extname(checkpointFile))}.journal-`
}

export interface JournalWriter {
  readonly generation: number
  /** Resolves when the entries survive a crash. Calls are made one at a time, and none after one that has failed. */
  append(entries: readonly EncodedEntry[]): Promise<void>
  close(): Promise<void>
}

/** Begins a journal. Its name is written with its first entries. */
export async function beginJournal(file: string, name: JournalName): Promise<JournalWriter> {
  const handle = await open(file, 'w')
  const { append } = writeAt(handle, 0)
  let isBegun = false
  return {
    generation: name.generation,
    async append(entries) {
      await append(isBegun ? encodeGroup(entries) : [encodeJournalName(name), ...encodeGroup(entries)])
      if (!isBegun) await syncFolder(dirname(file))
      isBegun = true
    },
    close: () => handle.close(),
  }
}

/**
 * Goes on with a journal that was left here. What was read of it may not have been flushed: a process that was killed
 * leaves it to the system.
 *
 * @param end where what was read of it ends; what comes after was never acknowledged
 */
export async function resumeJournal(file: string, generation: number, end: number): Promise<JournalWriter> {
  const handle = await open(file, 'r+')
  try {
    await handle.truncate(end)
    await handle.datasync()
    await syncFolder(dirname(file))
  } catch (error) {
    await handle.close()
    throw error
  }
  const { append } = writeAt(handle, end)
  return { generation, append: entries => append(encodeGroup(entries)), close: () => handle.close() }
}

function writeAt(handle: FileHandle, start: number): { append: (parts: readonly Uint8Array[]) => Promise<void> } {
  let position = start
  return {
    async append(parts) {
      for (let rest = parts; rest.length > 0; ) {
        const { bytesWritten } = await handle.writev(rest, position)
        position += bytesWritten
        rest = partsAfter(rest, bytesWritten)
      }
      await handle.datasync()
    },
  }
}

/** The parts that are left to write: the system may take less than it is given. */
function partsAfter(parts: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let rest = written
  return parts.flatMap(part => {
    const taken = Math.min(rest, part.length)
    rest -= taken
    return taken === part.length ? [] : [part.subarray(taken)]
  })
}

export interface JournalReading {
  readonly file: string
  readonly generation: number
  /** The journal that the checkpoint names: the first that comes on top of it. */
  readonly named: number
  /** The last of the journals may end in a group that a crash cut short. It was never acknowledged, so it is left out. */
  readonly isLast: boolean
  /** Takes each entry. @returns false where it does not fit the checkpoint */
  readonly take: (entry: JournalEntry) => boolean
}

/**
 * Reads a journal, one group at a time.
 *
 * @returns where what was acknowledged ends
 * @throws CheckpointFileError
 */
export async function readJournal({ file, generation, named, isLast, take }: JournalReading): Promise<number> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const damaged = (position: number, what: string) =>
      new CheckpointFileError(`${file} is damaged at byte ${position} of ${size}: ${what}`)
    // Whatever a length says, no more is allocated than there is.
    const read = async (position: number, length: number) => {
      const bytes = Buffer.alloc(Math.min(length, size - position))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, position)
      return bytesRead === length ? bytes : undefined
    }

    const opening = await read(0, FILE_HEADER_BYTES)
    if (isLast && (opening === undefined || isBlank(opening))) return 0
    const name = opening && decodeJournalName(opening)
    if (name?.generation !== generation) throw damaged(0, 'these are not the first bytes of this journal')
    if (name.base > named) {
      throw new CheckpointFileError(
        `${file} comes after a later checkpoint than the one beside it, which may be a copy that was put back; ` +
          'without its journals such a copy can be read',
      )
    }

    let position = FILE_HEADER_BYTES
    while (position < size) {
      const bytes = await read(position, GROUP_HEADER_BYTES)
      if (isLast && (bytes === undefined || isBlank(bytes))) break
      const header = bytes && decodeGroupHeader(bytes)
      if (header === undefined) throw damaged(position, 'no group of entries begins here')
      const end = position + GROUP_HEADER_BYTES + header.length
      const body = await read(position + GROUP_HEADER_BYTES, header.length)
      const entries = body && decodeGroup(body, header.checksum)
      if (entries === undefined && isLast && end >= size) break
      if (entries === undefined) throw damaged(position, 'the entries that begin here are not those that were written')
      for (const entry of entries) {
        if (!take(entry)) throw damaged(position, `an entry of exchange ${entry.id} does not fit the model`)
      }
      position = end
    }
    return position
  } finally {
    await handle.close()
  }
}

/** Whether these are the zeros that a file system shows where it has made room and not written yet. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0)
}
