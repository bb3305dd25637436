import type { DatabaseSync } from 'node:sqlite'
import { deserialize, serialize } from 'node:v8'
import { type Checkpoint, type JournalEntry, replay, type Storage } from '../../src/public/ports.ts'

/**
 * Keeps what a peer learns in a database of SQLite: one checkpoint of each peer, and the entries that came on top of it. Several peers may
 * share a database, each under a name of its own.
 *
 * A transaction is there whole or not at all, and with `synchronous = FULL` on the disk once it is committed: that is all that the port asks.
 */
export function sqliteStorage(database: DatabaseSync, peer: string): Storage {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE IF NOT EXISTS checkpoint (peer TEXT PRIMARY KEY, content BLOB) STRICT')
  database.exec('CREATE TABLE IF NOT EXISTS journal (at INTEGER PRIMARY KEY, peer TEXT, content BLOB) STRICT')
  const checkpoint = database.prepare('SELECT content FROM checkpoint WHERE peer = ?')
  const replaceCheckpoint = database.prepare('REPLACE INTO checkpoint VALUES (?, ?)')
  const journal = database.prepare('SELECT content FROM journal WHERE peer = ? ORDER BY at')
  const addEntry = database.prepare('INSERT INTO journal (peer, content) VALUES (?, ?)')
  const clearJournal = database.prepare('DELETE FROM journal WHERE peer = ?')

  /** Entries that wait for a transaction, and the transaction. */
  let waiting: JournalEntry[] = []
  let writing: Promise<void> | undefined

  function transaction(body: () => void): void {
    database.exec('BEGIN')
    try {
      body()
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }

  /** Entries that come in one turn go into one transaction: it is the flush that takes its time, and not what is written. */
  async function write(): Promise<void> {
    await undefined
    const entries = waiting
    waiting = []
    writing = undefined
    transaction(() => {
      for (const entry of entries) addEntry.run(peer, serialize(entry))
    })
  }

  return {
    async load() {
      const saved = checkpoint.get(peer)
      if (saved === undefined) return undefined
      const entries = journal.all(peer).map(({ content }) => deserialize(content as Uint8Array) as JournalEntry)
      return replay(deserialize(saved.content as Uint8Array) as Checkpoint, entries)
    },

    async save(state) {
      // What was appended before this call is in the checkpoint.
      const appended = writing
      waiting = []
      transaction(() => {
        replaceCheckpoint.run(peer, serialize(state))
        clearJournal.run(peer)
      })
      await appended
    },

    async append(entry) {
      if (checkpoint.get(peer) === undefined) throw new Error('append: there is no checkpoint yet; save one first')
      waiting.push(entry)
      writing ??= write()
      await writing
    },
  }
}
