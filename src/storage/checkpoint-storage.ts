import { readdirSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Storage } from '../gossip/ports.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import type { Layout } from '../parameters/layout.ts'
import { WriteError, writeAtomically } from './atomic-file.ts'
import { encodeCheckpoint } from './checkpoint-file.ts'
import { PRIVATE, SEQUENCE_LEAP } from './constants.ts'
import { createGroupCommit } from './group-commit.ts'
import {
  generationsIn,
  type JournalWriter,
  journalFile,
  listJournals,
  makeJournal,
  openJournal,
  resumeJournal,
} from './journal-file.ts'
import { type EncodedEntry, encodeEntry, journalOwner } from './journal-format.ts'
import { previousFile, readCheckpoint } from './stored-checkpoint.ts'
import { whyUnwritten } from './why-unwritten.ts'

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
 * Entries that follow a checkpoint go into a journal of their own, which is there before the checkpoint is: the last checkpoint on the disk
 * names the first of the journals that come on top of it, whichever moment a crash picks. The checkpoint before it is kept with its own
 * journals, so where a file is damaged there is another state to go on from; as entries tell of all that exchanges changed, it lacks
 * only what was trained in between.
 *
 * Gray and Reuter, "Transaction Processing" (1993): write-ahead logs and checkpoints.
 *
 * @param warn told what is damaged, and what was lost with it
 */
export function createCheckpointStorage(
  file: string,
  layout: Layout,
  warn: (message: string) => void = () => {},
): CheckpointStorage {
  // A peer that saves without having loaded must not take the number of a journal that was left here.
  let generation = generationsIn(readdirSync(dirname(file)), file).at(-1) ?? 0
  /** The journal that the checkpoint on the disk names; undefined where none is known. */
  let named: number | undefined
  /** The first of the journals that are kept. */
  let kept = 0
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
    // Both checkpoints on the disk were taken later, and hold them.
    if (named === undefined || to < kept) return
    const path = journalFile(file, to)
    try {
      if (journal?.generation !== to) {
        await closeJournal()
        journal = await openJournal(path, to)
      }
      await journal.append(entries)
    } catch (cause) {
      failure = new WriteError(`${path} cannot be written: ${whyUnwritten(cause)}`, { cause })
      throw failure
    }
  }

  async function load(): Promise<Checkpoint | undefined> {
    const stored = await readCheckpoint(file)
    if (stored === undefined) return undefined
    const { newest, damage, checkpoint } = stored
    if (damage !== undefined) {
      warn(damage.message)
      return await goOnFrom(checkpoint, damage.lostExchanges)
    }
    named = Math.max(named ?? 0, stored.journal)
    generation = Math.max(generation, newest.generation)
    if (newest.end === 0) await begin(newest.generation, checkpoint)
    else if (journal === undefined) {
      journal = await resumeJournal(journalFile(file, newest.generation), newest.generation, newest.end)
    }
    return checkpoint
  }

  /** What is damaged is left behind at once: nothing is ever added to it. What was used since that checkpoint must not be used again. */
  async function goOnFrom(older: Checkpoint, lostExchanges: boolean): Promise<Checkpoint> {
    const sequence = Math.max(older.sequence, Date.now(), await lastWritten()) + SEQUENCE_LEAP
    const checkpoint = { ...older, sequence, ...(lostExchanges && { lostExchanges }) }
    const first = ++generation
    await begin(first, checkpoint)
    await writeAtomically(file, encodeCheckpoint(checkpoint, layout, first), PRIVATE)
    named = first
    return checkpoint
  }

  /** When any of the files was written last, in milliseconds, by the clock of that time. */
  async function lastWritten(): Promise<number> {
    const journals = (await listJournals(file)).map(one => journalFile(file, one))
    const times = await Promise.all(
      [file, previousFile(file), ...journals].map(one =>
        stat(one).then(
          ({ mtimeMs }) => Math.ceil(mtimeMs),
          () => 0,
        ),
      ),
    )
    return Math.max(...times)
  }

  async function begin(first: number, { peer }: Checkpoint): Promise<void> {
    const path = journalFile(file, first)
    try {
      await makeJournal(path, { generation: first, base: named ?? 0, owner: journalOwner(peer, basename(file)) })
    } catch (cause) {
      throw new WriteError(`${path} cannot be written: ${whyUnwritten(cause)}`, { cause })
    }
  }

  async function closeJournal(): Promise<void> {
    const open = journal
    journal = undefined
    await open?.close()
  }

  async function discardBefore(first: number): Promise<void> {
    kept = first
    if (journal !== undefined && journal.generation < first) await closeJournal()
    for (const old of (await listJournals(file)).filter(one => one < first)) await rm(journalFile(file, old))
  }

  return {
    load: () => inTurn(load),
    async save(checkpoint) {
      const first = generation + 1
      // Encoded at once, because the parameters and the journal go on meanwhile.
      const bytes = encodeCheckpoint(checkpoint, layout, first)
      generation = first
      const before = named
      await inTurn(() => begin(first, checkpoint))
      await writeAtomically(file, bytes, PRIVATE, previousFile(file))
      named = first
      if (before !== undefined) await inTurn(() => discardBefore(before))
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
