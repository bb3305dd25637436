import { test } from 'vitest'
import { type Checkpoint, type JournalEntry, replay, type Storage } from '../../src/public/ports.ts'
import { type Shelf, storageCompliance } from '../../src/public/testing.ts'

/** As an embedder would write one, from what the package exports: in memory, entries that come together written together. */
function createShelf(): Shelf {
  let saved: Checkpoint | undefined
  let journal: JournalEntry[] = []
  let waiting: JournalEntry[] = []
  let writing: Promise<void> | undefined
  let flushes = 0
  let changed = () => {}

  async function write() {
    await undefined
    journal.push(...waiting)
    waiting = []
    writing = undefined
    flushes++
    changed()
  }

  const storage: Storage = {
    load: async () => saved && replay(structuredClone(saved), structuredClone(journal)),
    async save(checkpoint) {
      saved = structuredClone(checkpoint)
      // What was appended before is in the checkpoint.
      journal = []
      waiting = []
      flushes++
      changed()
    },
    async append(entry) {
      if (saved === undefined) throw new Error('append: there is no checkpoint yet; save one first')
      waiting.push(structuredClone(entry))
      writing ??= write()
      await writing
    },
  }

  return {
    open: async () => storage,
    async run(body, look = () => {}) {
      changed = look
      return await body()
    },
    capture() {
      const disk = structuredClone({ saved, journal })
      return { content: disk, load: async () => disk.saved && replay(disk.saved, disk.journal) }
    },
    flushes: () => flushes,
    async stop() {
      saved = undefined
      journal = []
    },
  }
}

for (const { title, run } of storageCompliance(createShelf())) test(title, run)
