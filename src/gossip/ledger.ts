import type { Decision, Doubt } from './checkpoint.ts'
import { MAX_IN_DOUBT } from './constants.ts'
import type { PeerId } from './ports.ts'

/**
 * The exchanges whose outcome one of the two sides does not know yet. Presumed abort: an initiator that has no record
 * of a decision never decided, so whatever asks for it is told to drop.
 *
 * Gray, Notes on Data Base Operating Systems (1978), two-phase commit; Mohan, Lindsay and Obermarck (1986), presumed
 * abort.
 */
export interface Ledger {
  /** At the bound nothing new is begun, or one silent partner after another could fill the memory. */
  full(): boolean
  /** The initiator's record, made at the moment of the decision. */
  decide(decision: Decision): void
  decided(partner: PeerId, id: string): boolean
  /** The partner has applied it too. */
  forget(partner: PeerId, id: string): void
  /** The responder's record, made before it says that it is prepared. */
  prepare(doubt: Doubt): void
  /** Takes a doubt out to apply or drop it; undefined where it was settled before. */
  resolve(partner: PeerId, id: string): Doubt | undefined
  /** Whether anything stands open with this partner: then nothing new is begun with it. */
  open(partner: PeerId): boolean
  decisions(partner?: PeerId): readonly Decision[]
  doubts(partner?: PeerId): readonly Doubt[]
  /** Drops everything that stands open with a partner that has left for good. */
  drop(partner: PeerId): void
  dropDoubts(): void
}

export function createLedger(decisions: readonly Decision[], doubts: readonly Doubt[]): Ledger {
  // An id is unique only for its initiator: this peer for decisions, the partner for doubts.
  const decided = new Map(decisions.map(decision => [decision.id, decision]))
  const doubted = new Map(doubts.map(doubt => [key(doubt.partner, doubt.id), doubt]))

  return {
    full: () => doubted.size >= MAX_IN_DOUBT || decided.size >= MAX_IN_DOUBT,
    decide: decision => {
      decided.set(decision.id, decision)
    },
    decided: (partner, id) => decided.get(id)?.partner === partner,
    forget(partner, id) {
      if (decided.get(id)?.partner === partner) decided.delete(id)
    },
    prepare: doubt => {
      doubted.set(key(doubt.partner, doubt.id), doubt)
    },
    resolve(partner, id) {
      const doubt = doubted.get(key(partner, id))
      doubted.delete(key(partner, id))
      return doubt
    },
    open: partner => [...decided.values(), ...doubted.values()].some(entry => entry.partner === partner),
    decisions: partner => [...decided.values()].filter(entry => partner === undefined || entry.partner === partner),
    doubts: partner => [...doubted.values()].filter(entry => partner === undefined || entry.partner === partner),
    drop(partner) {
      for (const entry of decided.values()) if (entry.partner === partner) decided.delete(entry.id)
      for (const [id, entry] of doubted) if (entry.partner === partner) doubted.delete(id)
    },
    dropDoubts: () => doubted.clear(),
  }
}

function key(partner: PeerId, id: string): string {
  return `${partner}/${id}`
}
