import type { Events } from '../events.ts'
import type { Member } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock } from '../ports.ts'
import type { Choice } from './choice.ts'
import { SEAL_TIMEOUT_MS } from './constants.ts'
import { isNear, onlyWaits } from './decide.ts'

/**
 * Tells a person, once, that a swarm which could end does not come to an end, because its members stay apart, or because this peer lets none of them
 * count; and that half of them or more have sealed something else than this peer.
 */
export interface Disagreement {
  /** @param members those alive whose voice counts @param present all that are alive */
  look(members: readonly Member[], present: readonly Member[]): void
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

const takesPart = ({ announcement }: Member) => !onlyWaits(announcement)

type Kind = 'apart' | 'nobody counts' | 'split'

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

  const isSplit = (members: readonly Member[]) =>
    members.length > 0 && 2 * sealedElsewhere(members).length >= members.length

  function kindOf(members: readonly Member[], present: readonly Member[]): Kind | undefined {
    if (members.some(({ announcement }) => announcement.phase === 'training')) return undefined
    switch (phase.now()) {
      case 'averaging':
      case 'sealing':
        if (options.mayPropose?.() === false) return undefined
        if (members.length > 0) return 'apart'
        return present.length > 0 ? 'nobody counts' : undefined
      case 'sealed':
        return isSplit(members) ? 'split' : undefined
      default:
        return undefined
    }
  }

  function describe(kind: Kind, members: readonly Member[], present: readonly Member[]): string {
    if (kind === 'nobody counts') {
      const all = `${present.length} other ${present.length === 1 ? 'member' : 'members'}`
      return (
        `nothing was sealed in ${SEAL_TIMEOUT_MS / 60_000} minutes: of ${all}, none counts for this peer, because what they averaged lay too far away or ` +
        'they kept the others from ending; the one is forgiven with time, the other when this peer is started again'
      )
    }
    const elsewhere = sealedElsewhere(members).length
    const others = `${members.length} other ${members.length === 1 ? 'member' : 'members'}`
    if (kind === 'split') {
      return `of ${others}, ${elsewhere} ${elsewhere === 1 ? 'has' : 'have'} sealed something else than this peer: the swarm has not ended on one model`
    }
    const apart = members.filter(({ announcement }) => !isNear(target, choice.sketch(), announcement.sketch)).length
    return (
      `the swarm has not agreed in ${SEAL_TIMEOUT_MS / 60_000} minutes, though nobody trains: of ${others}, ${apart} ${apart === 1 ? 'is' : 'are'} ` +
      `too far from this peer, and ${elsewhere} ${elsewhere === 1 ? 'has' : 'have'} sealed without it; it goes on trying`
    )
  }

  return {
    look(members, present) {
      const active = members.filter(takesPart)
      const there = present.filter(takesPart)
      const kind = kindOf(active, there)
      if (kind === undefined) now = undefined
      else if (now?.kind !== kind) now = { kind, since: clock.now() }
      if (now === undefined || told.has(now.kind) || clock.now() - now.since < SEAL_TIMEOUT_MS) return
      told.add(now.kind)
      events.emit('warning', { message: describe(now.kind, active, there) })
    },
  }
}
