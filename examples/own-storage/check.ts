/**
 * What hearsay asks of each storage, asked of this one. See README.md.
 *
 *     node examples/own-storage/check.ts
 */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Shelf, storageCompliance } from '../../src/public/testing.ts'
import { sqliteStorage } from './sqlite-storage.ts'

/** A database that tells whenever a transaction was committed. */
class WatchedDatabase extends DatabaseSync {
  commits = 0
  look = () => {}
  override exec(sql: string): void {
    super.exec(sql)
    if (sql !== 'COMMIT') return
    this.commits++
    this.look()
  }
}

function createShelf(): Shelf {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-storage-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  let file = join(folder, 'first.db')
  let files = 1
  let database: WatchedDatabase | undefined

  return {
    async open() {
      database?.close()
      database = new WatchedDatabase(file)
      return sqliteStorage(database, 'me')
    },
    async run(body, look = () => {}) {
      const result = body()
      if (database !== undefined) database.look = look
      return await result
    },
    // A crash leaves the files as they are: those of SQLite's log among them, which the next one to open it reads.
    capture() {
      const copy = join(folder, `crashed-${files++}.db`)
      for (const part of ['', '-wal']) copyFileSync(`${file}${part}`, `${copy}${part}`)
      const left = new DatabaseSync(copy)
      return { content: JSON.stringify(contentOf(left)), load: () => sqliteStorage(left, 'me').load() }
    },
    flushes: () => database?.commits ?? 0,
    async stop() {
      database?.close()
      database = undefined
      file = join(folder, `${files++}.db`)
    },
  }
}

function contentOf(database: DatabaseSync) {
  return ['checkpoint', 'journal'].map(table => database.prepare(`SELECT * FROM ${table}`).all())
}

for (const { title, run } of storageCompliance(createShelf())) test(title, run)
