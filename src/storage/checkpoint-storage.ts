import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Storage } from '../gossip/ports.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import type { Layout } from '../parameters/layout.ts'
import { WriteError, writeAtomically } from './atomic-file.ts'
import { encodeCheckpoint } from './checkpoint-file.ts'
import { createGroupCommit } from './group-commit.ts'
import {
  beginJournal,
  generationsIn,
  type JournalWriter,
  journalFile,
  listJournals,
  resumeJournal,
} from './journal-file.ts'
import { type EncodedEntry, encodeEntry } from './journal-format.ts'
import { readCheckpoint } from './stored-checkpoint.ts'

/** A checkpoint's file and its journals as the Storage port. */
export interface CheckpointStorage extends Storage {
  /** Waits for what is being appended and closes the journal. Nothing can be appended any more. */
  close(): Promise<void>
}

interface Appended {
  readonly entry: EncodedEntry
  readonly generation: number
}

/**
 * Entries that follow a checkpoint go into a journal of their own, even before the checkpoint is on the disk: the last
 * checkpoint that is there names the first of the journals that come on top of it, whichever moment a crash picks.
 *
 * Gray and Reuter, "Transaction Processing" (1993): write-ahead logs and checkpoints.
 */
export function createCheckpointStorage(file: string, layout: Layout): CheckpointStorage {
  // A peer that saves without having loaded must not take the number of a journal that was left here.
  let generation = generationsIn(readdirSync(dirname(file)), file).at(-1) ?? 0
  /** The journal that the checkpoint on the disk names; undefined where none is known. */
  let named: number | undefined
  let journal: JournalWriter | undefined
  let failure: WriteError | undefined
  let closed = false
  const inTurn = createTurns()
  const commits = createGroupCommit<Appended>(appended => inTurn(() => commit(appended)))

  async function commit(appended: readonly Appended[]): Promise<void> {
    const generations = new Set(appended.map(one => one.generation))
    for (const one of [...generations].sort((a, b) => a - b)) {
      const entries = appended.filter(each => each.generation === one).map(({ entry }) => entry)
      await write(one, entries)
    }
  }

  async function write(to: number, entries: readonly EncodedEntry[]): Promise<void> {
    // After a failure nobody knows what of it is on the disk.
    if (failure !== undefined) throw failure
    // The checkpoint on the disk was taken later, and holds them.
    if (named === undefined || to < named) return
    const path = journalFile(file, to)
    try {
      if (journal?.generation !== to) {
        await closeJournal()
        journal = await beginJournal(path, { generation: to, base: named })
      }
      await journal.append(entries)
    } catch (cause) {
      failure = new WriteError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
      throw failure
    }
  }

  async function load(): Promise<Checkpoint | undefined> {
    const stored = await readCheckpoint(file)
    if (stored === undefined) return undefined
    const { newest } = stored
    named = Math.max(named ?? 0, stored.journal)
    generation = Math.max(generation, newest.generation)
    if (newest.end > 0 && journal === undefined) {
      journal = await resumeJournal(journalFile(file, newest.generation), newest.generation, newest.end)
    }
    return stored.checkpoint
  }

  async function closeJournal(): Promise<void> {
    const open = journal
    journal = undefined
    await open?.close()
  }

  async function discardBefore(first: number): Promise<void> {
    if (journal !== undefined && journal.generation < first) await closeJournal()
    for (const old of (await listJournals(file)).filter(one => one < first)) await rm(journalFile(file, old))
  }

  return {
    load: () => inTurn(load),
    async save(checkpoint) {
      const first = ++generation
      // Encoded at once, because the parameters and the journal go on meanwhile.
      await writeAtomically(file, encodeCheckpoint(checkpoint, layout, first))
      named = first
      await inTurn(() => discardBefore(first))
    },
    async append(entry) {
      if (named === undefined)
        throw new WriteError(`${file} was neither loaded nor saved, so it can have no journal yet`)
      if (closed) throw new WriteError(`${file} has no journal any more: its folder was released`)
      await commits.add({ entry: encodeEntry(entry), generation })
    },
    async close() {
      closed = true
      await commits.idle()
      await inTurn(closeJournal)
    },
  }
}

/** Runs one thing after the other, in the order in which they came. */
function createTurns(): <T>(body: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return body => {
    const turn = last.then(body)
    last = turn.catch(() => {})
    return turn
  }
}
