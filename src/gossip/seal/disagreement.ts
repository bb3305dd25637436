import type { Events } from '../events.ts'
import type { Member } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock } from '../ports.ts'
import type { Choice } from './choice.ts'
import { SEAL_TIMEOUT_MS } from './constants.ts'
import { isNear, onlyWaits } from './decide.ts'

/**
 * Tells a person, once, that a swarm which could end does not come to an end, because its members stay apart; and that most have gone on from what
 * this peer has sealed, and sealed something else.
 */
export interface Disagreement {
  /** @param members those alive whose voice counts */
  look(members: readonly Member[]): void
}

export interface DisagreementOptions {
  /** The recipe's relative consensus distance. */
  readonly target: number
  readonly clock: Pick<Clock, 'now'>
  readonly phase: Pick<PeerPhase, 'now'>
  readonly choice: Pick<Choice, 'sketch' | 'hash'>
  /** Whether this peer may propose its own vector: until then it waits, and nobody is to agree yet. Default: always. */
  readonly mayPropose?: () => boolean
  readonly events: Pick<Events, 'emit'>
}

type Kind = 'apart' | 'left alone'

export function createDisagreement(options: DisagreementOptions): Disagreement {
  const { target, clock, phase, choice, events } = options
  const told = new Set<Kind>()
  /** What it is now, and since when. */
  let now: { readonly kind: Kind; readonly since: number } | undefined

  /** Those that have sealed something else than this peer has, or before it has sealed. */
  const sealedElsewhere = (members: readonly Member[]) =>
    members.filter(({ announcement }) => {
      const isSealed = announcement.phase === 'sealed'
      return isSealed && (phase.now() !== 'sealed' || announcement.choice !== choice.hash())
    })

  function kindOf(members: readonly Member[]): Kind | undefined {
    if (members.some(({ announcement }) => announcement.phase === 'training')) return undefined
    switch (phase.now()) {
      case 'averaging':
      case 'sealing':
        return members.length > 0 && options.mayPropose?.() !== false ? 'apart' : undefined
      case 'sealed':
        return 2 * sealedElsewhere(members).length > members.length + 1 ? 'left alone' : undefined
      default:
        return undefined
    }
  }

  function describe(kind: Kind, members: readonly Member[]): string {
    const elsewhere = sealedElsewhere(members).length
    const others = `${members.length} other ${members.length === 1 ? 'member' : 'members'}`
    if (kind === 'left alone') {
      return `of ${others}, ${elsewhere} have sealed something else than this peer: what it holds is not what most agree on`
    }
    const apart = members.filter(({ announcement }) => !isNear(target, choice.sketch(), announcement.sketch)).length
    return (
      `the swarm has not agreed in ${SEAL_TIMEOUT_MS / 60_000} minutes, though nobody trains: of ${others}, ${apart} ${apart === 1 ? 'is' : 'are'} ` +
      `too far from this peer, and ${elsewhere} ${elsewhere === 1 ? 'has' : 'have'} sealed without it; it goes on trying`
    )
  }

  return {
    look(members) {
      const active = members.filter(({ announcement }) => !onlyWaits(announcement))
      const kind = kindOf(active)
      if (kind === undefined) now = undefined
      else if (now?.kind !== kind) now = { kind, since: clock.now() }
      if (now === undefined || told.has(now.kind) || clock.now() - now.since < SEAL_TIMEOUT_MS) return
      told.add(now.kind)
      events.emit('warning', { message: describe(now.kind, active) })
    },
  }
}
