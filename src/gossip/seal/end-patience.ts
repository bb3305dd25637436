/**
 * The one patience of a swarm's end. A swarm that could end but for some of its members waits for them, whatever they say or do in the
 * meantime, for so long in all; then those who held it up are given up. Whoever comes after that holds up nothing, and those who begin
 * with it then are waited for a fraction of the time.
 *
 * @packageDocumentation
 */

import type { Member } from '../membership/membership.ts'
import type { Clock, PeerId } from '../ports.ts'
import {
  LEAST_PATIENCE_INTERVALS,
  LONGEST_LOOK_MS,
  NEXT_PATIENCE_SHARE,
  SEAL_TIMEOUT_MS,
  SHORTEST_SEAL_TIMEOUT_MS,
  SLOW_FETCH_BYTES_PER_MS,
  STRANGER_PATIENCE_MS,
  UNINVOLVED_SHARE,
} from './constants.ts'
import type { HoldUp } from './hold-up.ts'

export interface EndPatience {
  /**
   * Takes note of who holds up the end from now on.
   *
   * @param members all that are there; those that were not when the end was held up first are newcomers to it
   * @returns those that are waited for no longer
   */
  look(holdUp: HoldUp | undefined, members: readonly Member[]): readonly PeerId[]
  /** Whether it has run out once. */
  isSpent(): boolean
}

/**
 * The first patience, in milliseconds: that of the run itself, within bounds.
 *
 * @param run for how long the run waits for slow peers; undefined where nothing is trained, or nobody knows yet
 * @param bytes of a vector
 */
export function firstPatience(run: number | undefined, bytes: number): number {
  const least = Math.max(SHORTEST_SEAL_TIMEOUT_MS, bytes / SLOW_FETCH_BYTES_PER_MS)
  return Math.min(SEAL_TIMEOUT_MS, Math.max(least, run ?? SEAL_TIMEOUT_MS))
}

/**
 * @param first the first patience, as of now
 * @param knows whether an exchange with this member was completed
 * @param interval from one announcement of a member to its next, in milliseconds
 * @param isTrusted whether nothing speaks against it; one of which something does is waited for as a stranger is
 */
export function createEndPatience(
  clock: Clock,
  first: () => number,
  knows: (peer: PeerId) => boolean,
  interval: () => number,
  isTrusted: (peer: PeerId) => boolean = () => true,
): EndPatience {
  /** The one after those that have run out; undefined before one has. */
  let next: number | undefined
  /** For how long the end was held up, of the patience now. */
  let held = 0
  const heldBy = new Map<PeerId, number>()
  let last: { readonly at: number; readonly holdUp: HoldUp | undefined } = { at: clock.now(), holdUp: undefined }
  /** Those that were there before it was held up first, and before a patience ran out. */
  const early = new Set<PeerId>()
  const timely = new Set<PeerId>()
  let begun = false
  let spent = false

  function charge(): void {
    // A process that was suspended was not held up.
    const passed = Math.min(LONGEST_LOOK_MS, clock.now() - last.at)
    if (last.holdUp === undefined) return
    held += passed
    for (const peer of last.holdUp.by) heldBy.set(peer, (heldBy.get(peer) ?? 0) + passed)
  }

  /** Whether this one is not waited for as others are: it came when everybody was about to end, or only says no. */
  function isSpentOn(peer: PeerId, { against }: HoldUp): boolean {
    if (spent && !timely.has(peer)) return true
    if (knows(peer) || (early.has(peer) && isTrusted(peer) && !against.includes(peer))) return false
    return spent || (heldBy.get(peer) ?? 0) >= STRANGER_PATIENCE_MS
  }

  return {
    look(holdUp, members) {
      for (const { peer } of members) {
        if (!begun) early.add(peer)
        if (!spent) timely.add(peer)
      }
      begun ||= holdUp !== undefined
      charge()
      last = { at: clock.now(), holdUp }
      if (holdUp === undefined) return []
      const patience = next ?? first()
      const limit = holdUp.forMost ? patience : 2 * patience
      if (held < limit) return holdUp.by.filter(peer => isSpentOn(peer, holdUp))
      // One that was on its way for a moment has held up nobody.
      const isInvolved = (peer: PeerId) => (heldBy.get(peer) ?? 0) >= UNINVOLVED_SHARE * patience
      const givenUp = holdUp.by.filter(peer => isSpentOn(peer, holdUp) || isInvolved(peer))
      spent = true
      next = Math.max(LEAST_PATIENCE_INTERVALS * interval(), NEXT_PATIENCE_SHARE * patience)
      held = 0
      heldBy.clear()
      return givenUp
    },
    isSpent: () => spent,
  }
}
