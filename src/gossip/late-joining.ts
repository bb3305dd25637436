import { LATE_JOIN_EXCHANGES } from './constants.ts'
import type { FetchedVector } from './fetch.ts'
import type { Interval } from './interval.ts'
import type { Membership } from './membership.ts'
import type { AbortOptions, PeerId, Random } from './ports.ts'
import type { Replica } from './replica.ts'

export interface LateJoiningOptions {
  readonly replica: Replica
  readonly membership: Membership
  readonly random: Random
  readonly steps: number
  readonly interval: Interval
  /** Whether the peer averages at all; one that only trains has nobody to catch up with. */
  readonly averages: boolean
  /** Whether the parameters may be replaced now: nothing is frozen, sealed, or being exchanged. */
  readonly replaceable: () => boolean
  /** Gets a peer's current parameters. */
  readonly fetch: (peer: PeerId, options: AbortOptions) => Promise<FetchedVector>
  /** Hears that this peer went on from the swarm's parameters of this age. */
  readonly joined: (age: number) => void
}

/** Who comes late, or comes back late, takes the swarm's parameters, instead of pulling the mean back to where everybody began. */
export interface LateJoining {
  /** Whether this peer should catch up with one of this age before it averages. */
  behind(age: number): boolean
  /** Whether it knows of somebody to catch up with. */
  pending(): boolean
  /** An exchange was applied: from now on this peer's parameters count like everyone's. */
  established(): void
  /** Catches up, if that is called for and succeeds. */
  catchUp(options: AbortOptions): Promise<void>
}

export function createLateJoining(options: LateJoiningOptions): LateJoining {
  const { replica, membership, random, steps, interval } = options
  /** Until its first exchange in this life, resumed or not: who was away for long is as far behind as who is new. */
  let fresh = options.averages

  const behind = (age: number) => fresh && age - replica.age > LATE_JOIN_EXCHANGES * interval.steps()
  const ahead = () => membership.alive().filter(({ announcement }) => behind(announcement.age))

  return {
    behind,
    pending: () => fresh && ahead().length > 0,
    established() {
      fresh = false
    },

    async catchUp({ signal }) {
      if (!fresh || !options.replaceable()) return
      const candidates = ahead()
      if (candidates.length === 0) return
      try {
        const { vector, age } = await options.fetch(candidates[random.integer(candidates.length)].peer, { signal })
        // What was applied, frozen or sealed meanwhile must not be overwritten.
        if (!fresh || !options.replaceable()) return
        replica.replace(vector)
        replica.absorb(age)
        replica.step = Math.min(steps, replica.age)
        fresh = false
        options.joined(age)
      } catch {
        // The next round tries the next one; training goes on meanwhile.
      }
    },
  }
}
