import type { Membership } from '../membership/membership.ts'
import type { Replica } from '../state/replica.ts'
import type { Choice } from './choice.ts'
import { SPREADS_REMEMBERED } from './constants.ts'
import { usualDistance } from './hold-up.ts'

/**
 * Measures how far the swarm was spread around this peer when it averaged last. A seal that is farther away than that is not explained by
 * what the others have added to this peer's own, whoever says so.
 */
export interface Spread {
  /** Looks at what is announced, if an exchange was completed since the last time. */
  measure(): void
}

export function createSpread(
  { contribution, persist }: Pick<Replica, 'contribution' | 'persist'>,
  choice: Pick<Choice, 'sketch'>,
  membership: Pick<Membership, 'alive'>,
  knows = contribution.hasAveragedWith,
): Spread {
  const recent = [contribution.spread()]
  let completed = 0
  /** With how many others it had averaged when that was last kept. */
  let kept = contribution.partners()

  /**
   * One that comes back after a crash takes the seal of those whom it knew, so it has to know them still. Nothing else may be due to be kept
   * for long, where nothing is trained; and not at each of them, because a checkpoint takes as long as the model is large.
   */
  function keepAcquaintances(): void {
    if (contribution.partners() < Math.max(1, 2 * kept)) return
    kept = contribution.partners()
    // A checkpoint that cannot be written ends the peer, and has said so.
    persist().catch(() => {})
  }

  return {
    measure() {
      if (contribution.completed() === completed) return
      const self = { sketch: choice.sketch(), knows }
      const spread = usualDistance(self, membership.alive())
      if (spread === undefined) return
      completed = contribution.completed()
      recent.push(spread)
      if (recent.length > SPREADS_REMEMBERED) recent.shift()
      contribution.spreads(Math.max(...recent))
      keepAcquaintances()
    },
  }
}
