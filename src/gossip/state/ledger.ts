import { MAX_IN_DOUBT } from '../constants.ts'
import type { PeerId } from '../peer-id.ts'
import type { Decision, Doubt } from './checkpoint.ts'

/**
 * The exchanges of which one of the two sides does not know yet how far they went. An exchange is decided frame by frame, in
 * order, so how far it went is one number. Presumed abort: an initiator that has no record decided nothing beyond what the
 * other side has applied, so whatever asks for it is told to drop the rest.
 *
 * Gray, Notes on Data Base Operating Systems (1978), two-phase commit; Mohan, Lindsay and Obermarck (1986), presumed
 * abort.
 */
export interface Ledger {
  /**
   * At the bound nothing new is begun, or one silent partner after another could fill the memory.
   *
   * @param running exchanges that do not count, because they have not ended
   */
  full(running?: (partner: PeerId, id: string) => boolean): boolean
  /** The initiator's record: so many frames are decided. */
  decide(partner: PeerId, id: string, frames: number): void
  /** Frames of this peer's exchange that are decided; 0 where there is no record. */
  decided(partner: PeerId, id: string): number
  /** The partner has applied what was decided, and nothing more will be. */
  forget(partner: PeerId, id: string): void
  /** The responder's record, made before it says that it is prepared. */
  prepare(doubt: Doubt): void
  /** Takes out the doubts of the frames before this one, in order, to apply them; those that were settled before are not there. */
  resolve(partner: PeerId, id: string, frames: number): readonly Doubt[]
  /** Takes out what is left of an exchange, to drop it. */
  dismiss(partner: PeerId, id: string): void
  /** Whether anything stands open with this partner: then nothing new is begun with it. */
  open(partner: PeerId): boolean
  decisions(partner?: PeerId): readonly Decision[]
  doubts(partner?: PeerId): readonly Doubt[]
  /** Drops everything that stands open with a partner that has left for good. */
  drop(partner: PeerId): void
  dropDoubts(): void
}

/** Doubts of one exchange, in the order of frames. */
interface Doubted {
  readonly partner: PeerId
  readonly id: string
  readonly doubts: Doubt[]
}

export function createLedger(decisions: readonly Decision[], doubts: readonly Doubt[]): Ledger {
  // An id is unique only for its initiator: this peer for decisions, the partner for doubts.
  const decided = new Map(decisions.map(decision => [decision.id, decision]))
  const doubted = new Map<string, Doubted>()
  for (const doubt of doubts) prepare(doubt)

  function prepare(doubt: Doubt): void {
    const key = keyOf(doubt.partner, doubt.id)
    const exchange = doubted.get(key)
    if (exchange === undefined) doubted.set(key, { partner: doubt.partner, id: doubt.id, doubts: [doubt] })
    else exchange.doubts.push(doubt)
  }

  return {
    full(running = () => false) {
      const left = (entries: Iterable<{ readonly partner: PeerId; readonly id: string }>) =>
        [...entries].filter(({ partner, id }) => !running(partner, id)).length
      return left(doubted.values()) >= MAX_IN_DOUBT || left(decided.values()) >= MAX_IN_DOUBT
    },
    decide(partner, id, frames) {
      decided.set(id, { id, partner, frames })
    },
    decided(partner, id) {
      const decision = decided.get(id)
      return decision?.partner === partner ? decision.frames : 0
    },
    forget(partner, id) {
      if (decided.get(id)?.partner === partner) decided.delete(id)
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
    },
    open: partner => [...decided.values(), ...doubted.values()].some(entry => entry.partner === partner),
    decisions: partner => [...decided.values()].filter(entry => partner === undefined || entry.partner === partner),
    doubts: partner =>
      [...doubted.values()]
        .filter(entry => partner === undefined || entry.partner === partner)
        .flatMap(entry => entry.doubts),
    drop(partner) {
      for (const entry of decided.values()) if (entry.partner === partner) decided.delete(entry.id)
      for (const [key, entry] of doubted) if (entry.partner === partner) doubted.delete(key)
    },
    dropDoubts: () => doubted.clear(),
  }
}

function keyOf(partner: PeerId, id: string): string {
  return `${partner}/${id}`
}
