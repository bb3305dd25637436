import type { Clock, Storage } from '../../src/gossip/ports.ts'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { replay } from '../../src/gossip/state/journal.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'
import { createGroupCommit } from '../../src/storage/group-commit.ts'

/** A disk that survives its peer: what was written before a crash is there after it, what was being written is not. */
export interface VirtualDisk {
  /** A port for one life of the peer. Writing takes time on that life's clock, so what dies first is never written. */
  open(clock: Clock): Storage
  /** The checkpoint from which a peer would resume now. */
  content(): Checkpoint | undefined
}

/** A fast disk's flush, in milliseconds: what is appended takes one. A checkpoint takes two, its file's and its folder's. */
const APPEND_MS = 1
const SAVE_MS = 2

interface Appended {
  readonly entry: JournalEntry
  readonly number: number
}

/** An empty disk. */
export function createVirtualDisk(): VirtualDisk {
  let checkpoint: Checkpoint | undefined
  /** Entries that were appended after the checkpoint was taken, in order. */
  let journal: Appended[] = []
  /** The number of the entry that is appended next, through all lives. */
  let next = 0
  /** Entries before this one are in the checkpoint. */
  let first = 0
  /** Entries of the journal that are in `read`. */
  let replayed = 0
  let read: Checkpoint | undefined

  function content(): Checkpoint | undefined {
    if (read !== undefined && replayed < journal.length) {
      read = replay(
        read,
        journal.slice(replayed).map(({ entry }) => entry),
      )
      replayed = journal.length
    }
    return read
  }

  /** Keeps a copy, and of a long journal only what comes of it: it would outgrow the model between two checkpoints. */
  function write(appended: readonly Appended[], isSaving: boolean): void {
    for (const { entry, number } of appended) if (number >= first) journal.push({ entry: copyOf(entry), number })
    if (isSaving || checkpoint === undefined || sizeOf(journal) <= checkpoint.parameters.length) return
    replace(content(), [])
  }

  function replace(by: Checkpoint | undefined, rest: Appended[]): void {
    checkpoint = by
    journal = rest
    read = by
    replayed = 0
  }

  return {
    content,
    open(clock) {
      let saving = 0
      const pass = (milliseconds: number) => clock.sleep(milliseconds, { signal: new AbortController().signal })
      const commits = createGroupCommit<Appended>(async appended => {
        await pass(APPEND_MS)
        write(appended, saving > 0)
      })
      return {
        load: async () => content(),
        async save(saved) {
          const after = next
          saving++
          await pass(SAVE_MS)
          saving--
          first = after
          replace(
            saved,
            journal.filter(({ number }) => number >= after),
          )
        },
        async append(entry) {
          if (checkpoint === undefined) throw new Error('nothing was saved yet, so there can be no journal')
          await commits.add({ entry, number: next++ })
        },
      }
    },
  }
}

/** The entry with arrays of its own: the caller may use its arrays for something else from now on. */
function copyOf(entry: JournalEntry): JournalEntry {
  if (!('values' in entry)) return entry
  const { values, indices } = entry
  return { ...entry, values: values.slice(), ...(indices && { indices: indices.slice() }) }
}

/** In values; one without any counts too. */
function sizeOf(journal: readonly Appended[]): number {
  return journal.reduce((sum, { entry }) => sum + 1 + ('values' in entry ? entry.values.length : 0), 0)
}
