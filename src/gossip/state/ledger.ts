import { WINDOW_FRAMES } from '../constants.ts'
import type { PeerId } from '../peer-id.ts'
import type { Abort, Checkpoint, Decision, Doubt } from './checkpoint.ts'
import { copyOfDifference, type Difference } from './difference.ts'

/**
 * The exchanges of which one of the two sides does not know yet how far they went. An exchange is decided frame by frame, in
 * order, so how far it went is one number. Presumed abort: an initiator that has no record decided nothing beyond what the
 * other side has applied, so whatever asks for it is told to drop the rest.
 *
 * A responder need not wait for ever for an initiator that settles nothing: it gives the exchange up, and remembers that it did until
 * the initiator has heard, who then takes back what it has added. For that an initiator keeps what it adds until the other side has applied
 * it; no more than is under way in one exchange.
 *
 * Gray, Notes on Data Base Operating Systems (1978), two-phase commit; Mohan, Lindsay and Obermarck (1986), presumed
 * abort.
 */
export interface Ledger {
  /** The initiator's record: so many frames are decided, and this was added for the last of them. */
  decide(partner: PeerId, id: string, frames: number, added: Difference): void
  /** The responder has applied so many frames: what was added for them is never taken back. */
  acknowledge(partner: PeerId, id: string, frames: number): void
  /** Frames of this peer's exchange that are decided; 0 where there is no record. */
  decided(partner: PeerId, id: string): number
  /** The partner has applied what was decided, and nothing more will be. */
  forget(partner: PeerId, id: string): void
  /** Takes out the whole record of a decision, for the partner has applied no more than so many frames. @returns what is to be taken back */
  takeBack(partner: PeerId, id: string, frames: number): readonly Difference[]
  /** The responder's record, made before it says that it is prepared. */
  prepare(doubt: Doubt): void
  /** Takes out the doubts of the frames before this one, in order, to apply them; those that were settled before are not there. */
  resolve(partner: PeerId, id: string, frames: number): readonly Doubt[]
  /** Drops what is left of an exchange, and the record that it was given up. */
  dismiss(partner: PeerId, id: string): void
  /** Gives up what is left in doubt, of an exchange of which so many frames are applied. */
  abort(partner: PeerId, id: string, frames: number): void
  isAborted(partner: PeerId, id: string): boolean
  /** What an exchange has left here gets memory of its own: that of its frames is used for others, or belongs to far more than these. */
  detach(partner: PeerId, id: string): void
  /** Nothing that was added for what this partner has not acknowledged will be taken back any more. */
  keepForGood(partner: PeerId, id: string): void
  /** Whether anything stands open with this partner: then nothing new is begun with it. */
  open(partner: PeerId): boolean
  /** All of it, as it goes into a checkpoint. */
  durable(): LedgerState
  decisions(partner?: PeerId): readonly Decision[]
  doubts(partner?: PeerId): readonly Doubt[]
  aborts(partner?: PeerId): readonly Abort[]
  /** Exchanges that take memory here, the oldest first, and how many frames of differences each does. */
  held(): readonly HeldExchange[]
  /** Drops everything that stands open with a partner that has left for good. */
  drop(partner: PeerId): void
  /** The parameters were replaced: nothing that was to be added to them, or to be taken from them, is of any use. */
  dropDoubts(): void
}

export type LedgerState = Pick<Checkpoint, 'decisions' | 'doubts' | 'aborts'>

export interface HeldExchange {
  readonly partner: PeerId
  readonly id: string
  readonly side: 'initiator' | 'responder'
  readonly frames: number
}

/** Doubts of one exchange, in the order of frames. */
interface Doubted {
  readonly partner: PeerId
  readonly id: string
  doubts: Doubt[]
}

interface Decided extends Decision {
  frames: number
  added: Difference[]
}

export function createLedger(kept: Partial<LedgerState> = {}): Ledger {
  // An id is unique only for its initiator: this peer for decisions, the partner for doubts.
  const decided = new Map<string, Decided>()
  const doubted = new Map<string, Doubted>()
  const aborted = new Map((kept.aborts ?? []).map(abort => [keyOf(abort.partner, abort.id), abort]))
  for (const { added = [], ...decision } of kept.decisions ?? [])
    decided.set(decision.id, { ...decision, added: [...added] })
  for (const doubt of kept.doubts ?? []) prepare(doubt)

  function prepare(doubt: Doubt): void {
    const key = keyOf(doubt.partner, doubt.id)
    const exchange = doubted.get(key)
    if (exchange === undefined) doubted.set(key, { partner: doubt.partner, id: doubt.id, doubts: [doubt] })
    else exchange.doubts.push(doubt)
  }

  const decisionOf = (partner: PeerId, id: string) => {
    const decision = decided.get(id)
    return decision?.partner === partner ? decision : undefined
  }

  const of = <Entry extends { readonly partner: PeerId }>(entries: Iterable<Entry>, partner?: PeerId) =>
    partner === undefined ? [...entries] : [...entries].filter(entry => entry.partner === partner)

  const decisions = (partner?: PeerId) =>
    of(decided.values(), partner).map(({ id, partner, frames, added }) => ({
      id,
      partner,
      frames,
      ...(added.length > 0 && { added: [...added] }),
    }))
  const doubts = (partner?: PeerId) => of(doubted.values(), partner).flatMap(entry => entry.doubts)
  const aborts = (partner?: PeerId) => of(aborted.values(), partner)

  return {
    decide(partner, id, frames, added) {
      const decision = decided.get(id)
      if (decision === undefined) {
        decided.set(id, { id, partner, frames, added: [added] })
        return
      }
      decision.frames = frames
      // No responder prepares a frame that is further than a window from the last that it has applied.
      if (decision.added.push(added) > WINDOW_FRAMES) decision.added.shift()
    },
    acknowledge(partner, id, frames) {
      const decision = decisionOf(partner, id)
      if (decision === undefined) return
      const unacknowledged = Math.max(0, decision.frames - frames)
      decision.added.splice(0, decision.added.length - Math.min(unacknowledged, decision.added.length))
    },
    decided: (partner, id) => decisionOf(partner, id)?.frames ?? 0,
    forget(partner, id) {
      if (decisionOf(partner, id) !== undefined) decided.delete(id)
    },
    takeBack(partner, id, frames) {
      const decision = decisionOf(partner, id)
      if (decision === undefined) return []
      decided.delete(id)
      const first = decision.frames - decision.added.length
      return decision.added.slice(Math.max(0, frames - first))
    },
    prepare,
    resolve(partner, id, frames) {
      const key = keyOf(partner, id)
      const exchange = doubted.get(key)
      if (exchange === undefined) return []
      const open = exchange.doubts.findIndex(({ frame }) => frame >= frames)
      const resolved = exchange.doubts.splice(0, open === -1 ? exchange.doubts.length : open)
      if (exchange.doubts.length === 0) doubted.delete(key)
      return resolved
    },
    dismiss(partner, id) {
      doubted.delete(keyOf(partner, id))
      aborted.delete(keyOf(partner, id))
    },
    abort(partner, id, frames) {
      doubted.delete(keyOf(partner, id))
      aborted.set(keyOf(partner, id), { id, partner, frames })
    },
    isAborted: (partner, id) => aborted.has(keyOf(partner, id)),
    detach(partner, id) {
      const decision = decisionOf(partner, id)
      if (decision !== undefined) decision.added = decision.added.map(copyOfDifference)
      const exchange = doubted.get(keyOf(partner, id))
      if (exchange !== undefined)
        exchange.doubts = exchange.doubts.map(doubt => ({ ...doubt, ...copyOfDifference(doubt) }))
    },
    keepForGood(partner, id) {
      const decision = decisionOf(partner, id)
      if (decision !== undefined) decision.added = []
    },
    open: partner =>
      [decided, doubted, aborted].some(entries => [...entries.values()].some(entry => entry.partner === partner)),
    durable: () => ({ decisions: decisions(), doubts: doubts(), aborts: aborted.size === 0 ? undefined : aborts() }),
    decisions,
    doubts,
    aborts,
    held: () => [
      ...[...decided.values()].map(
        ({ partner, id, added }) => ({ partner, id, side: 'initiator', frames: added.length }) as const,
      ),
      ...[...doubted.values()].map(
        ({ partner, id, doubts }) => ({ partner, id, side: 'responder', frames: doubts.length }) as const,
      ),
    ],
    drop(partner) {
      for (const entry of decided.values()) if (entry.partner === partner) decided.delete(entry.id)
      for (const entries of [doubted, aborted]) {
        for (const [key, entry] of entries) if (entry.partner === partner) entries.delete(key)
      }
    },
    dropDoubts() {
      doubted.clear()
      for (const decision of decided.values()) decision.added = []
    },
  }
}

function keyOf(partner: PeerId, id: string): string {
  return `${partner}/${id}`
}
