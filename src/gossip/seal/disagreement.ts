import type { Events } from '../events.ts'
import type { Member } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock } from '../ports.ts'
import { SEAL_TIMEOUT_MS } from './constants.ts'
import { isNear, onlyWaits } from './decide.ts'

/** Tells a person, once, that a swarm which could end does not come to an end: its members stay apart, and nobody knows for how long. */
export interface Disagreement {
  /** @param members those alive whose voice counts */
  look(members: readonly Member[]): void
}

export interface DisagreementOptions {
  /** The recipe's relative consensus distance. */
  readonly target: number
  readonly clock: Pick<Clock, 'now'>
  readonly phase: Pick<PeerPhase, 'now'>
  readonly choice: { sketch(): Float32Array }
  readonly events: Pick<Events, 'emit'>
}

export function createDisagreement({ target, clock, phase, choice, events }: DisagreementOptions): Disagreement {
  /** Since when nobody has trained any more. */
  let since: number | undefined
  let isTold = false

  function describe(members: readonly Member[]): string {
    const sealed = members.filter(({ announcement }) => announcement.phase === 'sealed').length
    const apart = members.filter(({ announcement }) => !isNear(target, choice.sketch(), announcement.sketch)).length
    const minutes = SEAL_TIMEOUT_MS / 60_000
    return (
      `the swarm has not agreed in ${minutes} minutes since it trained: of ${members.length} other ${members.length === 1 ? 'member' : 'members'}, ` +
      `${apart} ${apart === 1 ? 'is' : 'are'} too far from this peer, and ${sealed} ${sealed === 1 ? 'has' : 'have'} sealed without it; it goes on averaging`
    )
  }

  return {
    look(members) {
      const active = members.filter(({ announcement }) => !onlyWaits(announcement))
      const isTraining = active.some(({ announcement }) => announcement.phase === 'training')
      if (phase.now() !== 'averaging' || isTraining || active.length === 0) {
        since = undefined
        return
      }
      since ??= clock.now()
      if (isTold || clock.now() - since < SEAL_TIMEOUT_MS) return
      isTold = true
      events.emit('warning', { message: describe(active) })
    },
  }
}
