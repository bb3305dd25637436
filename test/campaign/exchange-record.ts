import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'

/** What one peer has of each exchange that it took part in, by what it has written down: it outlives the ledger, which forgets what is settled. */
export interface ExchangeRecord {
  /** By initiator and id: frames that are added here, from the first one. */
  readonly added: ReadonlyMap<string, number>
  /** Frames that this peer prepared and whose outcome it does not know. */
  readonly prepared: ReadonlyMap<string, ReadonlySet<number>>
  /** Exchanges that were open when the seal took the place of the parameters that they were about. */
  readonly overtaken: ReadonlySet<string>
}

export interface WritableRecord extends ExchangeRecord {
  enter(entry: JournalEntry): void
  /** A first checkpoint holds what was entered before there was a journal, and that of a seal not what was in doubt. */
  include(checkpoint: Pick<Checkpoint, 'decisions' | 'doubts' | 'sealed'>): void
  copy(): WritableRecord
}

/** An exchange's id is unique only for its initiator. */
export const exchangeKey = (initiator: string, id: string) => `${initiator}/${id}`

export function createRecord(
  self: string,
  added = new Map<string, number>(),
  prepared = new Map<string, Set<number>>(),
  overtaken = new Set<string>(),
): WritableRecord {
  const atLeast = (key: string, frames: number) => added.set(key, Math.max(added.get(key) ?? 0, frames))

  function prepare(key: string, frame: number): void {
    const frames = prepared.get(key)
    if (frames === undefined) prepared.set(key, new Set([frame]))
    else frames.add(frame)
  }

  function resolve(key: string, frames: number): void {
    const open = prepared.get(key)
    if (open === undefined) return
    for (const frame of [...open]) if (frame < frames && open.delete(frame)) atLeast(key, frame + 1)
    if (open.size === 0) prepared.delete(key)
  }

  return {
    added,
    prepared,
    overtaken,
    enter(entry) {
      const own = exchangeKey(self, entry.id)
      const theirs = exchangeKey(entry.partner, entry.id)
      switch (entry.type) {
        case 'decided':
          atLeast(own, entry.frames)
          break
        case 'returned':
          added.set(own, Math.min(added.get(own) ?? 0, entry.frames))
          break
        case 'prepared':
          prepare(theirs, entry.frame)
          break
        case 'applied':
          resolve(theirs, entry.frames)
          break
        case 'aborted':
          prepared.delete(theirs)
          break
        case 'closed':
          if (entry.side === 'responder') prepared.delete(theirs)
      }
    },
    include({ decisions, doubts, sealed }) {
      for (const { id, frames } of decisions) atLeast(exchangeKey(self, id), frames)
      for (const { partner, id, frame } of doubts) prepare(exchangeKey(partner, id), frame)
      if (sealed === undefined) return
      for (const { id } of decisions) overtaken.add(exchangeKey(self, id))
      for (const key of prepared.keys()) overtaken.add(key)
      prepared.clear()
    },
    copy: () =>
      createRecord(
        self,
        new Map(added),
        new Map([...prepared].map(([key, frames]) => [key, new Set(frames)])),
        new Set(overtaken),
      ),
  }
}
