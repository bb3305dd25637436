import { MAX_MEMBERS } from '../constants.ts'
import type { Clock, PeerId } from '../ports.ts'
import {
  BACKOFF_OVER_HELD,
  LONGEST_BACKOFF_MS,
  LONGEST_REFUSED_BACKOFF_MS,
  MOVED_GAP_MS,
  MOVED_HELD_MS,
  PARTNER_BACKOFF_MS,
} from './constants.ts'

/**
 * How much of a peer's time others get where there is not enough for all: `failing`, an exchange that it had agreed to came to nothing and none has
 * come to its end since; `new`; `proven`, some came to their end, and the last one did.
 */
export type Level = 0 | 1 | 2
export const FAILING: Level = 0
export const NEW: Level = 1
export const PROVEN: Level = 2

/** What exchanges with others came to, by which they are asked, and served, before or after one another. */
export interface Standing {
  completed(peer: PeerId): void
  /** One was refused, or was begun and came to nothing, after it had held something of this peer's for so long. */
  failed(peer: PeerId, how: { readonly refused: boolean; readonly milliseconds: number }): void
  /** A member has another address, and what was under way with it may break; without a member, this peer has, and everything may. */
  moved(peer?: PeerId): void
  level(peer: PeerId): Level
  /** Whether it is left alone because others are there to be asked. */
  isAvoided(peer: PeerId): boolean
  /** Whether it is left alone though nobody else is there: for a moment, so that two that fail do nothing else. */
  isResting(peer: PeerId): boolean
}

interface Failures {
  readonly count: number
  /** Whether one of them was more than a refusal: who is busy, perhaps with those that hold its places, has failed nobody. */
  readonly hasBroken: boolean
  /** Clock time of the last. */
  readonly at: number
  readonly avoidedUntil: number
}

/** Time doubles with every failure, and nobody gets more of it than a fixed share: k peers that fail cost no more than k such shares. */
export function createStanding(clock: Clock, contribution: { hasAveragedWith(peer: PeerId): boolean }): Standing {
  const failures = new Map<PeerId, Failures>()
  /** Clock times at which members moved last, and were excused for it. */
  const moves = new Map<PeerId, { readonly at: number; excusedAt: number }>()
  let ownMove = Number.NEGATIVE_INFINITY

  function isExcused(peer: PeerId, milliseconds: number): boolean {
    const began = clock.now() - milliseconds
    if (milliseconds > MOVED_HELD_MS) return false
    if (ownMove >= began) return true
    const move = moves.get(peer)
    if (move === undefined || move.at < began || clock.now() - move.excusedAt < MOVED_GAP_MS) return false
    move.excusedAt = clock.now()
    return true
  }

  return {
    completed: peer => void failures.delete(peer),
    failed(peer, { refused, milliseconds }) {
      const before = failures.get(peer)
      const count = (before?.count ?? 0) + 1
      const hasBroken = !refused || before?.hasBroken === true
      const held = isExcused(peer, milliseconds) ? 0 : milliseconds
      const doubled = Math.max(PARTNER_BACKOFF_MS * 2 ** (count - 1), BACKOFF_OVER_HELD * held)
      const pause = Math.min(doubled, refused ? LONGEST_REFUSED_BACKOFF_MS : LONGEST_BACKOFF_MS)
      failures.delete(peer)
      const [longestAgo] = failures.keys()
      if (failures.size >= MAX_MEMBERS) failures.delete(longestAgo)
      failures.set(peer, { count, hasBroken, at: clock.now(), avoidedUntil: clock.now() + pause })
    },
    moved(peer) {
      if (peer === undefined) ownMove = clock.now()
      else {
        const excusedAt = moves.get(peer)?.excusedAt ?? Number.NEGATIVE_INFINITY
        moves.delete(peer)
        const [longestAgo] = moves.keys()
        if (moves.size >= MAX_MEMBERS) moves.delete(longestAgo)
        moves.set(peer, { at: clock.now(), excusedAt })
      }
    },
    level(peer) {
      if (failures.get(peer)?.hasBroken) return FAILING
      return contribution.hasAveragedWith(peer) ? PROVEN : NEW
    },
    isAvoided: peer => (failures.get(peer)?.avoidedUntil ?? 0) > clock.now(),
    isResting: peer => (failures.get(peer)?.at ?? Number.NEGATIVE_INFINITY) + PARTNER_BACKOFF_MS > clock.now(),
  }
}
