/**
 * The files that a peer's storage has on its disk, as far as they matter here, and what must be read of them. The same rules as those of
 * `src/storage/`, written a second time and more simply, for they are what its reader is compared with.
 *
 * @packageDocumentation
 */

import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { replay } from '../../src/gossip/state/journal.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'
import { encodeEntry, encodeGroup, GROUP_HEADER_BYTES } from '../../src/storage/journal-format.ts'
import type { WritableRecord } from './exchange-record.ts'

/** A bit of a file: at this share of its bytes. */
export interface Flip {
  readonly share: number
  readonly bit: number
}

export interface CheckpointFile {
  readonly checkpoint: Checkpoint
  /** The first of the journals that come on top of it. */
  readonly first: number
  /** The peer's exchanges as of it. */
  readonly record: WritableRecord
  flip?: Flip
}

/** Entries that were written at once. */
export interface Group {
  readonly entries: readonly JournalEntry[]
  /** What is there in their place, where that is something else. */
  written?: Buffer
}

export interface Journal {
  readonly groups: Group[]
  /** Set where a bit of its first bytes is not as it was. */
  flip?: Flip
}

export interface Files {
  readonly current: CheckpointFile | undefined
  readonly previous: CheckpointFile | undefined
  /** By their generation. */
  readonly journals: ReadonlyMap<number, Journal>
}

/** The state that must be read. */
export interface Read {
  readonly checkpoint: Checkpoint
  readonly record: WritableRecord
  /** Present where it is not the newest that there was. */
  readonly damage?: { readonly lostExchanges: boolean }
}

export const encodedGroup = (entries: readonly JournalEntry[]): Buffer =>
  Buffer.concat(encodeGroup(entries.map(encodeEntry)))

/** @returns undefined where there is nothing, and `refused` where nothing that is there is whole */
export function readFiles({ current, previous, journals }: Files): Read | 'refused' | undefined {
  const whole = (file: CheckpointFile | undefined) => (file?.flip === undefined ? file : undefined)
  const newest = whole(current) && withJournals(whole(current) as CheckpointFile, journals)
  if (newest !== undefined && newest.damage === undefined) return newest
  if (current === undefined && previous === undefined) return undefined
  // What follows a whole checkpoint is damaged: what is older than it is no better.
  if (newest !== undefined) return newest
  const older = whole(previous)
  if (older === undefined) return 'refused'
  const read = withJournals(older, journals)
  return { ...read, damage: { lostExchanges: read.damage !== undefined } }
}

function withJournals({ checkpoint, first, record }: CheckpointFile, journals: Files['journals']): Read {
  const generations = [...journals.keys()].filter(one => one >= first).sort((a, b) => a - b)
  const entries: JournalEntry[] = []
  let damaged = false
  reading: for (const generation of generations) {
    const { flip, groups } = journals.get(generation) as Journal
    if (flip !== undefined) {
      damaged = true
      break
    }
    for (const group of groups) {
      const found = stateOf(group, generation === generations.at(-1))
      if (found === 'whole') entries.push(...group.entries)
      else if (found === 'damaged') damaged = true
      if (found !== 'whole') break reading
    }
  }
  const replayed = record.copy()
  for (const entry of entries) replayed.enter(entry)
  const read = { checkpoint: replay(checkpoint, entries), record: replayed }
  return damaged ? { ...read, damage: { lostExchanges: true } } : read
}

/** @param isLast whether its journal is the last, which a crash may have cut short */
function stateOf({ entries, written }: Group, isLast: boolean): 'whole' | 'missing' | 'damaged' {
  if (written === undefined) return 'whole'
  const encoded = encodedGroup(entries)
  if (written.equals(encoded)) return 'whole'
  if (!isLast) return 'damaged'
  const header = written.subarray(0, GROUP_HEADER_BYTES)
  if (header.length < GROUP_HEADER_BYTES || header.every(byte => byte === 0)) return 'missing'
  const isCut = written.length < encoded.length && header.equals(encoded.subarray(0, GROUP_HEADER_BYTES))
  return isCut ? 'missing' : 'damaged'
}
