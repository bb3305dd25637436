import type { Events } from '../events.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { Interval } from '../pace/interval.ts'
import type { PeerPhase } from '../phase.ts'
import type { AbortOptions, Clock } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Replica } from '../state/replica.ts'
import { LATE_JOIN_EXCHANGES, QUORUM } from './constants.ts'
import type { CurrentParameters } from './state-sync.ts'

export interface LateJoiningOptions {
  readonly replica: Replica
  readonly membership: Membership
  readonly clock: Clock
  readonly interval: Interval
  /** Whether the peer averages at all; one that only trains has nobody to catch up with. */
  readonly averages: boolean
  readonly phase: PeerPhase
  readonly engagements: Engagements
  readonly events: Pick<Events, 'emit'>
  /**
   * Gets parameters that are current among peers that are ahead: no more than `lag` steps behind them. Undefined where they do
   * not agree, or do not give them.
   */
  readonly fetch: (
    ahead: readonly Member[],
    lag: number,
    options: AbortOptions,
  ) => Promise<CurrentParameters | undefined>
}

/** A peer that comes late, or comes back late, takes the swarm's parameters, instead of pulling the mean back to where everybody began. */
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
  const { replica, membership, clock, interval, phase, engagements, events } = options
  const { contribution } = replica
  /** Whether it has taken the parameters of others in this life. */
  let joined = false
  /**
   * Until its first step or exchange, of whichever life: what a peer has trained, or others have given it, is never dropped for what others
   * have.
   */
  const isNew = () => options.averages && !joined && !contribution.isEstablished() && contribution.ownSteps() === 0
  /** Not before this time again: training waits meanwhile. */
  let resting = Number.NEGATIVE_INFINITY

  const lag = () => LATE_JOIN_EXCHANGES * interval.steps()
  const behind = (age: number) => isNew() && age - replica.age > lag()
  /** Those that are ahead, where they are enough to go by: else what one says would make a whole swarm begin from what that one has. */
  function ahead(): readonly Member[] {
    const members = membership.alive()
    // The age of a peer that has trained alone is its own, and no swarm's.
    const those = members.filter(({ announcement }) => announcement.partners > 0 && behind(announcement.age))
    return those.length >= QUORUM || 2 * those.length >= members.length ? those : []
  }

  /** Whether nothing is frozen or sealed, and nothing stands open with others: that refers to the parameters as they are. */
  function isReplaceable(): boolean {
    if (phase.now() !== 'waiting' && !phase.averages()) return false
    return engagements.active() === 0 && replica.ledger.decisions().length + replica.ledger.doubts().length === 0
  }

  return {
    behind,
    pending: () => isNew() && ahead().length > 0,
    established: contribution.establish,

    async catchUp({ signal }) {
      if (!isNew() || clock.now() < resting || !isReplaceable()) return
      // A latecomer to a swarm that has sealed takes the seal.
      const candidates = ahead().filter(({ announcement }) => announcement.phase !== 'sealed')
      if (candidates.length === 0) return
      const began = clock.now()
      const fetched = await options.fetch(candidates, lag(), { signal }).catch((error: Error) => {
        if (!signal.aborted) throw error
        return undefined
      })
      // An attempt that fails is repeated in a later round; until then training has as much time as this took.
      resting = 2 * clock.now() - began
      // Parameters that were applied, frozen or sealed meanwhile must not be overwritten.
      if (fetched === undefined || !isNew() || !isReplaceable()) return
      replica.replace(fetched.vector)
      replica.absorb(fetched.age)
      // By the others' steps, and not by their age, which runs ahead of them: it stands where they do in the run's schedule.
      replica.step = Math.max(replica.step, fetched.step)
      joined = true
      events.emit('replaced', {})
      // The differences of exchanges from here on are of no use without it.
      replica.persist().catch(() => {})
      events.emit('warning', {
        message: `joined late: went on from the swarm's parameters of age ${fetched.age}${unchecked(fetched.agreed)}`,
      })
    },
  }
}

/** Where one lies, and another does not, nobody can say which. */
function unchecked(agreed: number): string {
  if (agreed >= QUORUM) return ''
  return `, from ${agreed === 1 ? 'one member' : 'two members'}, checked by nobody`
}
