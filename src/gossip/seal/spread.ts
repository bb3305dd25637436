import type { Membership } from '../membership/membership.ts'
import type { Contribution } from '../state/contribution.ts'
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
  contribution: Contribution,
  choice: Pick<Choice, 'sketch'>,
  membership: Pick<Membership, 'alive'>,
): Spread {
  const recent = [contribution.spread()]
  let completed = 0

  return {
    measure() {
      if (contribution.completed() === completed) return
      const self = { sketch: choice.sketch(), knows: contribution.hasAveragedWith }
      const spread = usualDistance(self, membership.alive())
      if (spread === undefined) return
      completed = contribution.completed()
      recent.push(spread)
      if (recent.length > SPREADS_REMEMBERED) recent.shift()
      contribution.spreads(Math.max(...recent))
    },
  }
}
