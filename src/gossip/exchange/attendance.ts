/**
 * Whom a peer waits for in a round, whom it asks because it does not come by itself, and whom it lets be.
 *
 * @packageDocumentation
 */

import { FAILING, type Standing } from '../membership/standing.ts'
import type { Lateness } from '../pace/lateness.ts'
import type { PeerId } from '../ports.ts'

export interface Attendance {
  /** Whether one of these is waited for. */
  isAwaited(peer: PeerId, linked: readonly PeerId[]): boolean
  /**
   * Whether exchanges with one of these broke, so that it is not asked: for longer and longer while there are others, else for a moment. When
   * nobody trains any more, also whether it was busy a moment ago.
   */
  isLetBe(peer: PeerId, linked: readonly PeerId[]): boolean
  /** Whether this peer asks it, though the other was to begin. */
  isChased(peer: PeerId): boolean
  chase(peer: PeerId): void
  /** It has come by itself, or has not answered either. */
  leave(peer: PeerId): void
}

export function createAttendance({
  lateness,
  standing,
  isTraining,
}: {
  readonly lateness: Pick<Lateness, 'isExpected' | 'mayAnswer'>
  readonly standing: Pick<Standing, 'level' | 'isAvoided' | 'isResting'>
  /** Whether this peer trains: one that does not has time to ask again later whoever is busy. */
  readonly isTraining: () => boolean
}): Attendance {
  const chased = new Set<PeerId>()

  const isBroken = (peer: PeerId) => standing.level(peer) === FAILING && standing.isAvoided(peer)

  function isLetBe(peer: PeerId, linked: readonly PeerId[]): boolean {
    if (!isBroken(peer)) return !isTraining() && standing.isAvoided(peer)
    return standing.isResting(peer) || !linked.every(isBroken)
  }

  return {
    isAwaited(peer, linked) {
      if (isLetBe(peer, linked)) return false
      return lateness.isExpected(peer) || (chased.has(peer) && lateness.mayAnswer(peer))
    },
    isLetBe,
    isChased: peer => chased.has(peer),
    chase: peer => void chased.add(peer),
    leave: peer => void chased.delete(peer),
  }
}
