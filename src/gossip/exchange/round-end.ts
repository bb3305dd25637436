/**
 * When a round is over: for whom a peer that has come waits, and for how long.
 *
 * @packageDocumentation
 */

import { LATENESS_FLOOR_MS } from '../pace/constants.ts'
import type { Lateness } from '../pace/lateness.ts'
import type { PeerId } from '../ports.ts'
import type { Attendance } from './attendance.ts'
import type { Terms } from './terms.ts'

/** A round that this peer is in. */
export interface Round {
  readonly opened: number
  readonly terms: Terms
  readonly linked: readonly PeerId[]
  /** Neighbours with whom nothing was averaged yet. */
  readonly missing: Set<PeerId>
  /** Those with whom an exchange of an earlier round was under way. */
  readonly busy: Set<PeerId>
  /** Missing neighbours that this peer has asked. */
  readonly asked: Set<PeerId>
  /** Missing neighbours that have come by themselves. */
  readonly present: Set<PeerId>
  /** Those with whom something was averaged in it. */
  readonly met: Set<PeerId>
  /** Whether one for whose sake this peer trains on was among them. */
  served: boolean
}

export interface RoundEndOptions {
  readonly lateness: Lateness
  readonly attendance: Pick<Attendance, 'isAwaited'>
  readonly training: {
    /** Whether this peer, which has done its own steps, trains on for the sake of that one. */
    trainsOnFor(peer: PeerId): boolean
  }
  /** Whether a peer takes part in exchanges. */
  readonly willing: (peer: PeerId) => boolean
  /** Whether an exchange with a peer is under way, or not settled. */
  readonly isEngaged: (peer: PeerId) => boolean
  /** The time for which this process could have attended to anything. */
  readonly attended: () => number
}

/** @returns whether a round is over; those that take part no more, or have ended what was under way, are struck off its lists */
export function createRoundEnd(options: RoundEndOptions): (round: Round) => boolean {
  const { lateness, attendance, training, willing, isEngaged, attended } = options

  /** One that is here is let in at least, however long it will take: or two that find their link slow would never average over it again. */
  function isWaitedFor(round: Round, peer: PeerId): boolean {
    if (attendance.isAwaited(peer, round.linked)) return true
    if (!round.present.has(peer)) return false
    if (!isEngaged(peer)) return attended() - round.opened < LATENESS_FLOOR_MS
    return !lateness.hasSlowLink(peer) && !lateness.stalls(peer)
  }

  /** Whether nothing is to be gained by waiting for this one, where nobody else comes. An exchange over a slow link has to be begun at least. */
  function isLetGo(peer: PeerId): boolean {
    return lateness.hasSlowPace(peer) || (lateness.hasSlowLink(peer) && isEngaged(peer))
  }

  return round => {
    for (const peer of round.missing) if (!willing(peer)) round.missing.delete(peer)
    const waited = attended() - round.opened
    if (round.missing.size === 0) return true
    const keeps = (peer: PeerId) => training.trainsOnFor(peer) && waited < lateness.limitFor(peer)
    if (!round.served && [...round.missing].some(keeps)) return false
    if (waited >= lateness.limit()) return true
    for (const peer of round.busy) if (!isEngaged(peer)) round.busy.delete(peer)
    // Exchanges that are still under way from an earlier round, and not just ending, go on beside this one.
    const missing = [...round.missing].filter(peer => !round.busy.has(peer) || waited < LATENESS_FLOOR_MS)
    if (missing.some(peer => isWaitedFor(round, peer))) return false
    // A round for which all have been late again and again ends: it may have been this peer's own moment, or nobody would ever meet again.
    return round.met.size > 0 || missing.every(isLetGo) || waited >= lateness.tolerance()
  }
}
