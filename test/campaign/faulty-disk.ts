import type { Clock, Storage } from '../../src/gossip/ports.ts'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'
import type { Layout } from '../../src/parameters/layout.ts'
import { SEQUENCE_LEAP } from '../../src/storage/constants.ts'
import { createGroupCommit } from '../../src/storage/group-commit.ts'
import { FILE_HEADER_BYTES } from '../../src/storage/journal-format.ts'
import { createRecord, type WritableRecord } from './exchange-record.ts'
import { type CheckpointFile, encodedGroup, type Files, type Group, type Journal, readFiles } from './files.ts'
import { flipped, type ReadReally } from './real-storage.ts'
import type { Damage, Moment } from './schedule.ts'

/** A flush, in milliseconds: what is appended takes one. A checkpoint takes two, its file's and its folder's. */
const APPEND_MS = 1
const SAVE_MS = 2

/** A disk writes whole sectors: what was not written of a file that has its length already begins with one. */
const SECTOR_BYTES = 512

/** One life of the peer whose disk it is. */
export interface Life {
  readonly clock: Clock
  alive(): boolean
  /** The peer has come to this moment; it may be dead after it. */
  reach(moment: Moment): void
  /** Something was asked to be written: what it tells of has happened. */
  changed(): void
}

/** What a peer goes on from, and what of it its person is told. */
export interface Resumed {
  readonly checkpoint: Checkpoint | undefined
  readonly damage?: { readonly lostExchanges: boolean; readonly message: string }
}

/** The disk of one peer, through all its lives: crashes may leave what was being written in part, and bits may flip. */
export interface FaultyDisk {
  /** What is read for a new life. @throws Error where the storage refuses what is there, or reads something else than the newest whole state */
  resume(clock: Clock & { work<T>(milliseconds: number, body: () => Promise<T>): Promise<T> }): Promise<Resumed>
  open(life: Life): Storage
  /** The process has ended; all that was being written is there or not, as the damage says. */
  crash(damage: Damage | undefined): void
  /** What must be read now: undefined where there is nothing, or nothing that is whole. */
  content(): Checkpoint | undefined
  /** The exchanges of the peer as it is: of what it holds while it lives, of what is on the disk while it does not. */
  record(): WritableRecord
  /** What is lost of what the peer had written down: what it had trained, what it had exchanged as well, or all of it. */
  lost(): 'nothing' | 'training' | 'exchanges' | 'everything'
  /** Bytes of the entries that came after the last checkpoint that was begun. */
  journalled(): number
}

/** A storage that has read something else than what must be read. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
}

export function createFaultyDisk(peer: string, layout: Layout, readReally: ReadReally): FaultyDisk {
  let current: CheckpointFile | undefined
  let previous: CheckpointFile | undefined
  const journals = new Map<number, Journal>()
  let generation = 0
  /** The peer's, as it lives. */
  let record = createRecord(peer)
  let lastWritten = 0
  let journalled = 0
  /** What is being written. */
  let appending: { readonly generation: number; readonly group: Group } | undefined
  let saving: CheckpointFile | undefined
  /** Whether files are otherwise than a peer that is not killed leaves them. */
  let isOdd = false
  let read: ReturnType<typeof readFiles>
  let isRead = false

  const files = (): Files => ({ current, previous, journals })
  const changed = () => {
    isRead = false
  }

  function expected(): ReturnType<typeof readFiles> {
    if (!isRead) {
      read = readFiles(files())
      isRead = true
    }
    return read
  }

  function journalOf(one: number): Journal {
    const journal = journals.get(one) ?? { groups: [] }
    journals.set(one, journal)
    return journal
  }

  function land(): void {
    if (appending === undefined) return
    // Both checkpoints on the disk may have been taken later, and hold it.
    if (appending.generation >= (previous?.first ?? 0)) journalOf(appending.generation).groups.push(appending.group)
    appending = undefined
    changed()
  }

  function replace(): void {
    const before = current?.first
    previous = current ?? previous
    current = saving
    saving = undefined
    if (before !== undefined) for (const one of journals.keys()) if (one < before) journals.delete(one)
    changed()
  }

  function tear(damage: Damage | undefined): void {
    if (damage?.kind === 'whole') {
      land()
      if (saving !== undefined) replace()
    }
    if (damage?.kind === 'cut' || damage?.kind === 'blank') {
      if (appending !== undefined) appending.group.written = torn(damage)
      land()
      // Between two renames there is nothing under the checkpoint's own name.
      if (damage.kind === 'cut' && saving !== undefined && current !== undefined) {
        previous = current
        current = undefined
      }
      isOdd = true
    }
  }

  function torn({ kind, share }: Extract<Damage, { kind: 'cut' | 'blank' }>): Buffer {
    const { generation: one, group } = appending as NonNullable<typeof appending>
    const bytes = encodedGroup(group.entries)
    const there = Math.floor(share * bytes.length)
    if (kind === 'cut') return bytes.subarray(0, there)
    const start = FILE_HEADER_BYTES + sizeOf(journalOf(one))
    const sector = Math.floor((start + there) / SECTOR_BYTES) * SECTOR_BYTES
    return bytes.fill(0, Math.max(0, sector - start))
  }

  function flip({ file, share, bit }: Extract<Damage, { kind: 'flip' }>): void {
    isOdd = true
    if (file === 'checkpoint' && current !== undefined) current = { ...current, flip: { share, bit } }
    if (file === 'previous' && previous !== undefined) previous = { ...previous, flip: { share, bit } }
    if (file !== 'journal' || journals.size === 0) return
    // One of those that are read, in a place that is drawn over all of them.
    const ours = [...journals].filter(([one]) => one >= (current?.first ?? 0))
    const total = ours.reduce((sum, [, journal]) => sum + FILE_HEADER_BYTES + sizeOf(journal), 0)
    let place = share * total
    for (const [, journal] of ours) {
      if (place < FILE_HEADER_BYTES) {
        journal.flip ??= { share: place / FILE_HEADER_BYTES, bit }
        return
      }
      place -= FILE_HEADER_BYTES
      for (const group of journal.groups) {
        const bytes = group.written ?? encodedGroup(group.entries)
        if (place < bytes.length) {
          group.written = flipped(bytes, { share: place / bytes.length, bit })
          return
        }
        place -= bytes.length
      }
    }
  }

  /** What the storage does that has read files without damage: an end that was cut short is taken away. */
  function takeEnd(): void {
    const last = journals.get(Math.max(...journals.keys()))
    const end = last?.groups.findIndex(({ written }) => written !== undefined) ?? -1
    if (last === undefined || end === -1) return
    const { entries, written } = last.groups[end]
    const isWhole = written?.equals(encodedGroup(entries)) === true
    last.groups.splice(end, last.groups.length, ...(isWhole ? [{ entries }] : []))
  }

  return {
    async resume(clock) {
      const found = expected()
      if (found === undefined) return { checkpoint: undefined }
      if (!isOdd && found !== 'refused') return { checkpoint: found.checkpoint }
      const really = await clock.work(0, () =>
        readReally(files(), layout, peer).catch((error: Error) => {
          if (found === 'refused') throw error
          throw new StorageError(`a whole state was refused: ${error.message}`)
        }),
      )
      if (found === 'refused') throw new StorageError('files of which none is whole were read')
      const { checkpoint, told } = really
      const { damage } = found
      requireSame(checkpoint, found.checkpoint)
      if ((damage !== undefined) !== told.length > 0)
        throw new StorageError(
          damage === undefined ? `what is whole was called damaged: ${told}` : 'nobody was told of the damage',
        )
      isOdd = [...journals.values()].some(({ groups, flip: name }) => name || groups.some(group => group.written))
      if (damage === undefined) {
        takeEnd()
        changed()
        return { checkpoint: found.checkpoint }
      }
      if (damage.lostExchanges !== (checkpoint?.lostExchanges === true) && !found.checkpoint.lostExchanges)
        throw new StorageError('what was lost of exchanges was not told')
      const sequence = Math.max(found.checkpoint.sequence, Math.floor(clock.now()), lastWritten) + SEQUENCE_LEAP
      const goneOn: Checkpoint = {
        ...found.checkpoint,
        sequence,
        ...(damage.lostExchanges && { lostExchanges: true as const }),
      }
      generation = Math.max(generation, ...journals.keys()) + 1
      current = { checkpoint: goneOn, first: generation, record: found.record.copy() }
      journalOf(generation)
      changed()
      return { checkpoint: goneOn, damage: { ...damage, message: told.join('; ') } }
    },

    open({ clock, alive, reach, changed: tell }) {
      const pass = (milliseconds: number) => clock.sleep(milliseconds, { signal: new AbortController().signal })
      const never = () => new Promise<never>(() => {})
      const unlessDead = () => (alive() ? undefined : never())
      const commits = createGroupCommit<{ readonly entry: JournalEntry; readonly generation: number }>(
        async appended => {
          for (const one of new Set(appended.map(each => each.generation))) {
            const entries = appended.filter(each => each.generation === one).map(({ entry }) => entry)
            if (one < (previous?.first ?? 0)) continue
            appending = { generation: one, group: { entries } }
            await pass(APPEND_MS)
            reach('is in append')
            await unlessDead()
            land()
            lastWritten = Math.floor(clock.now())
            reach('has done append')
            await unlessDead()
          }
        },
      )
      return {
        load: async () => {
          const found = expected()
          return found === 'refused' ? undefined : found?.checkpoint
        },
        async save(checkpoint) {
          if (alive()) reach('begins save')
          if (!alive()) return never()
          record.include(checkpoint)
          tell()
          saving = { checkpoint, first: ++generation, record: record.copy() }
          journalOf(generation)
          journalled = 0
          await pass(SAVE_MS)
          reach('is in save')
          await unlessDead()
          replace()
          lastWritten = Math.floor(clock.now())
          reach('has done save')
          await unlessDead()
        },
        async append(entry) {
          if (alive()) reach('begins append')
          if (!alive()) return never()
          if (current === undefined) throw new Error('nothing was saved yet, so there can be no journal')
          const kept = copyOf(entry)
          record.enter(kept)
          journalled += 'values' in kept ? kept.values.byteLength : 0
          tell()
          await commits.add({ entry: kept, generation })
        },
      }
    },

    crash(damage) {
      if (damage?.kind === 'flip') flip(damage)
      else tear(damage)
      appending = undefined
      saving = undefined
      changed()
      const found = expected()
      record = found === undefined || found === 'refused' ? createRecord(peer) : found.record.copy()
    },

    content() {
      const found = expected()
      return found === 'refused' ? undefined : found?.checkpoint
    },
    record: () => record,
    lost() {
      const found = expected()
      if (found === 'refused') return 'everything'
      if (found?.damage === undefined) return 'nothing'
      return found.damage.lostExchanges ? 'exchanges' : 'training'
    },
    journalled: () => journalled,
  }
}

/** @throws StorageError */
function requireSame(read: Checkpoint | undefined, expected: Checkpoint): void {
  if (read === undefined) throw new StorageError('a whole state was not found')
  for (const part of ['parameters', 'decisions', 'doubts', 'aborts', 'step', 'sealed'] as const) {
    if (fingerprint(read[part] ?? []) === fingerprint(expected[part] ?? [])) continue
    throw new StorageError(`something else was read than the newest whole state: its ${part} are others`)
  }
}

function fingerprint(part: unknown): string {
  return JSON.stringify(part, (_key, value) => (ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value))
}

function sizeOf({ groups }: Journal): number {
  return groups.reduce((sum, { entries, written }) => sum + (written ?? encodedGroup(entries)).length, 0)
}

/** The entry with arrays of its own: the caller may use its arrays for something else from now on. */
function copyOf(entry: JournalEntry): JournalEntry {
  if (!('values' in entry)) return entry
  const { values, indices } = entry
  return { ...entry, values: values.slice(), ...(indices && { indices: indices.slice() }) }
}
