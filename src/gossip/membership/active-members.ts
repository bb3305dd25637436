import type { PeerId } from '../ports.ts'
import type { Member, Membership } from './membership.ts'

/**
 * The members that the swarm goes by: not those that were given up, nor those whose conduct speaks against them, nor those that still train when
 * it waits for nobody any more.
 */
export interface ActiveMembers {
  /** Sorted by id. */
  all(): readonly Member[]
  /** Those that are not among them only because they still train. */
  overdue(): readonly PeerId[]
  /** A member made the swarm reopen. @returns whether it does so again and again, and is given up */
  obstructed(peer: PeerId): boolean
  /** Nobody waits for this one any more, nor averages with it in the end: its own share is out, and nobody else's. */
  giveUp(peer: PeerId): void
  isGivenUp(peer: PeerId): boolean
}

/** A peer that makes the swarm reopen more often than that is outvoted. */
const MAX_OBSTRUCTIONS = 3

export function createActiveMembers(
  membership: Membership,
  runTime: {
    /** Whether nobody can still be training that wants to end with the others. */
    overdue(): boolean
  },
  isTrusted: (peer: PeerId) => boolean = () => true,
): ActiveMembers {
  const obstructions = new Map<PeerId, number>()
  const isGivenUp = (peer: PeerId) => (obstructions.get(peer) ?? 0) > MAX_OBSTRUCTIONS
  const trains = ({ announcement }: Member) => announcement.phase === 'training'

  return {
    all() {
      const overdue = runTime.overdue()
      const members = membership.alive()
      const counts = (member: Member) =>
        !isGivenUp(member.peer) && isTrusted(member.peer) && !(overdue && trains(member))
      // Mostly it is all of them, and asked for often.
      return members.every(counts) ? members : members.filter(counts)
    },
    overdue() {
      if (!runTime.overdue()) return []
      return membership
        .alive()
        .filter(member => trains(member) && !isGivenUp(member.peer))
        .map(({ peer }) => peer)
    },
    obstructed(peer) {
      if (isGivenUp(peer)) return false
      obstructions.set(peer, (obstructions.get(peer) ?? 0) + 1)
      return isGivenUp(peer)
    },
    giveUp: peer => void obstructions.set(peer, Number.POSITIVE_INFINITY),
    isGivenUp,
  }
}
