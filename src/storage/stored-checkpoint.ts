import { open, stat } from 'node:fs/promises'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import { applyEntry } from '../gossip/state/journal.ts'
import type { JournalEntry } from '../gossip/state/journal-entry.ts'
import { createLedger } from '../gossip/state/ledger.ts'
import { decodeCheckpoint, fits, type ReadCheckpoint } from './checkpoint-file.ts'
import { journalFile, listJournals, readJournal } from './journal-file.ts'

/** A checkpoint with all that its journals add to it. */
export interface StoredCheckpoint extends ReadCheckpoint {
  /** The newest journal, or the one that would be the first, and where what was acknowledged in it ends. */
  readonly newest: { readonly generation: number; readonly end: number }
}

/**
 * Reads a checkpoint and the journals beside it, and changes nothing: a peer may be writing them.
 *
 * @returns undefined where there is no checkpoint
 * @throws CheckpointFileError
 */
export async function readCheckpoint(file: string): Promise<StoredCheckpoint | undefined> {
  for (;;) {
    const handle = await open(file, 'r').catch(ifThere)
    if (handle === undefined) return undefined
    // Journals are removed after the checkpoint is replaced, so while it is the same file they are all there. As long as
    // it is open, no other file gets its number.
    const isCurrent = async () => {
      const [read, there] = await Promise.all([
        handle.stat({ bigint: true }),
        stat(file, { bigint: true }).catch(ifThere),
      ])
      return read.ino === there?.ino
    }
    try {
      const stored = await addJournals(decodeCheckpoint(await handle.readFile(), file), file)
      if (await isCurrent()) return stored
    } catch (error) {
      if (await isCurrent()) throw error
    } finally {
      await handle.close()
    }
  }
}

async function addJournals(read: ReadCheckpoint, file: string): Promise<StoredCheckpoint> {
  const { parameters } = read.checkpoint
  const ledger = createLedger(read.checkpoint)
  const take = (entry: JournalEntry) => {
    if ('values' in entry && !fits(entry, parameters.length)) return false
    applyEntry(parameters, ledger, entry)
    return true
  }
  const generations = (await listJournals(file)).filter(generation => generation >= read.journal)
  let newest = { generation: read.journal, end: 0 }
  for (const generation of generations) {
    const journal = journalFile(file, generation)
    const isLast = generation === generations.at(-1)
    const end = await readJournal({ file: journal, generation, named: read.journal, isLast, take })
    newest = { generation, end }
  }
  const checkpoint: Checkpoint = { ...read.checkpoint, ...ledger.durable() }
  return { ...read, checkpoint, newest }
}

function ifThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
