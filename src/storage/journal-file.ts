import { constants } from 'node:fs'
import { type FileHandle, readdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { JournalEntry } from '../gossip/state/journal-entry.ts'
import { openRegularFile } from '../regular-file.ts'
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

const { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = constants

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

/** Makes an empty journal, which has its name and nothing else: one that is missing later was lost. */
export async function makeJournal(file: string, name: Required<JournalName>): Promise<void> {
  const handle = await openRegularFile(file, { flags: O_WRONLY | O_CREAT | O_TRUNC })
  try {
    await handle.writeFile(encodeJournalName(name))
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** @param end where the next entries go */
export async function openJournal(file: string, generation: number, end = FILE_HEADER_BYTES): Promise<JournalWriter> {
  const handle = await openRegularFile(file, { flags: O_RDWR })
  const { append } = writeAt(handle, end)
  return { generation, append: entries => append(encodeGroup(entries)), close: () => handle.close() }
}

/**
 * Goes on with a journal that was left here. What was read of it may not have been flushed: a process that was killed
 * leaves it to the system.
 *
 * @param end where what was read of it ends; what comes after was never acknowledged
 */
export async function resumeJournal(file: string, generation: number, end: number): Promise<JournalWriter> {
  const handle = await openRegularFile(file, { flags: O_RDWR })
  try {
    await handle.truncate(end)
    await handle.datasync()
    await syncFolder(dirname(file))
  } finally {
    await handle.close()
  }
  return await openJournal(file, generation, end)
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
  /** The name that it should have. */
  readonly expected: Required<Pick<JournalName, 'generation' | 'owner'>>
  /**
   * The journal that the checkpoint names, the first that comes on top of it, where one in between may be missing without a trace; else none
   * is.
   */
  readonly named?: number
  /** The last of the journals may end in a group that a crash cut short. It was never acknowledged, so it is left out. */
  readonly isLast: boolean
  /** Takes each entry. @returns false where it does not fit the checkpoint */
  readonly take: (entry: JournalEntry) => boolean
}

/** How far a journal could be read. */
export interface JournalRead {
  /** Where what was read of it ends. */
  readonly end: number
  /** What is wrong with what comes after, for people; undefined where all that was acknowledged was read. */
  readonly damage?: string
}

/** Reads a journal, one group at a time, up to where it is damaged. */
export async function readJournal({ file, expected, named, isLast, take }: JournalReading): Promise<JournalRead> {
  const handle = await openRegularFile(file)
  try {
    const { size } = await handle.stat()
    const damaged = (end: number, what: string) => ({
      end,
      damage: `${file} is damaged at byte ${end} of ${size}: ${what}`,
    })
    // Whatever a length says, no more is allocated than there is.
    const read = async (position: number, length: number) => {
      const bytes = Buffer.alloc(Math.min(length, size - position))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, position)
      return bytesRead === length ? bytes : undefined
    }

    const opening = await read(0, FILE_HEADER_BYTES)
    if (isLast && (opening === undefined || isBlank(opening))) return { end: 0 }
    const name = opening && decodeJournalName(opening)
    if (name?.generation !== expected.generation || (name.owner ?? expected.owner) !== expected.owner) {
      return damaged(0, 'these are not the first bytes of this journal')
    }
    if (named !== undefined && name.base > named)
      return damaged(0, 'it comes after a later checkpoint than the one beside it')

    let position = FILE_HEADER_BYTES
    while (position < size) {
      const bytes = await read(position, GROUP_HEADER_BYTES)
      if (isLast && (bytes === undefined || isBlank(bytes))) break
      const header = bytes && decodeGroupHeader(bytes)
      if (header === undefined) return damaged(position, 'no group of entries begins here')
      const end = position + GROUP_HEADER_BYTES + header.length
      if (isLast && end > size) break
      const body = await read(position + GROUP_HEADER_BYTES, header.length)
      const entries = body && decodeGroup(body, header.checksum)
      // A crash may have done this too, where the system made room first; nobody can tell, and what was acknowledged must not go in silence.
      if (entries === undefined) {
        return damaged(position, 'the entries that begin here are not those that were written')
      }
      for (const entry of entries) {
        if (!take(entry)) return damaged(position, `an entry of exchange ${entry.id} does not fit the model`)
      }
      position = end
    }
    return { end: position }
  } finally {
    await handle.close()
  }
}

/** Whether these are the zeros that a file system shows where it has made room and not written yet. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0)
}
