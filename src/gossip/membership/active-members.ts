import type { PeerId } from '../ports.ts'
import type { Member, Membership } from './membership.ts'

/** The members that the swarm goes by: not those that obstruct it, nor those that still train when it waits for nobody any more. */
export interface ActiveMembers {
  /** Sorted by id. */
  all(): readonly Member[]
  /** A member made the swarm reopen. One that does so again and again may follow, but nobody waits for it. */
  obstructed(peer: PeerId): void
  /** Nobody waits for this one any more. */
  discount(peer: PeerId): void
}

/** A peer that makes the swarm reopen more often than that is outvoted. */
const MAX_OBSTRUCTIONS = 3

export function createActiveMembers(
  membership: Membership,
  runTime: {
    /** Whether nobody can still be training that wants to end with the others. */
    overdue(): boolean
  },
): ActiveMembers {
  const obstructions = new Map<PeerId, number>()

  return {
    all() {
      const overdue = runTime.overdue()
      if (obstructions.size === 0 && !overdue) return membership.alive()
      return membership
        .alive()
        .filter(
          ({ peer, announcement }) =>
            (obstructions.get(peer) ?? 0) <= MAX_OBSTRUCTIONS && !(overdue && announcement.phase === 'training'),
        )
    },
    obstructed: peer => void obstructions.set(peer, (obstructions.get(peer) ?? 0) + 1),
    discount: peer => void obstructions.set(peer, Number.POSITIVE_INFINITY),
  }
}
