import type { Events } from '../events.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import { announceInterval } from '../membership/announce-interval.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Choice } from './choice.ts'
import { contradicts, type Stand } from './decide.ts'
import type { EndPatience } from './end-patience.ts'
import type { Proposals } from './proposals.ts'

export interface ReopeningOptions {
  readonly phase: PeerPhase
  readonly choice: Pick<Choice, 'hash' | 'clear'>
  /** Whether an exchange with this member was completed, and nothing speaks against it. */
  readonly knows: (peer: PeerId) => boolean
  readonly activeMembers: ActiveMembers
  readonly membership: Pick<Membership, 'size'>
  readonly endPatience: Pick<EndPatience, 'isSpent'>
  readonly proposals: Pick<Proposals, 'refused'>
  readonly clock: Clock
  readonly events: Pick<Events, 'emit'>
}

/** How a peer goes back from what was chosen, or sealed, to averaging; and for whom it does not. */
export interface Reopening {
  /** Whether this peer still reopens because of this member. */
  reopensFor(peer: PeerId): boolean
  /** @param members those that counted when it was decided */
  reopen(members: readonly Member[]): void
  /** Takes note of those that say only now what this peer has reopened for already: it did so when it heard the first of them. */
  review(members: readonly Member[]): void
  /** Whether this peer has averaged for a while since it last reopened. */
  rested(): boolean
  /** Whether it had sealed, and has reopened since. */
  isReopened(): boolean
  sealed(): void
  /** Nobody waits any more for these, who held up the end. */
  giveUp(peers: readonly PeerId[]): void
}

/** After reopening a peer averages for so many announcements at least, and by then has heard who else reopened. */
const REST_INTERVALS = 1.5

export function createReopening(options: ReopeningOptions): Reopening {
  const { phase, choice, knows, activeMembers, endPatience, proposals, membership, clock, events } = options
  let reopened = Number.NEGATIVE_INFINITY
  let isReopened = false
  /** What it went back from, and those that have made it do so, as far as they were heard. */
  let objected: { readonly to: Stand; readonly by: Set<PeerId> } | undefined
  /** Whether it has reopened because of members with whom no exchange was completed. */
  let hasHeardStrangers = false

  /** Strangers may be the other half of a swarm that fell in two before it averaged; but only once. */
  const reopensFor = (peer: PeerId) => !endPatience.isSpent() && (knows(peer) || !hasHeardStrangers)

  const isRested = () => clock.now() - reopened >= REST_INTERVALS * announceInterval(membership.size())

  function countObstruction(peers: readonly PeerId[]): void {
    tellGivenUp(peers.filter(activeMembers.obstructed))
  }

  function tellGivenUp(peers: readonly PeerId[]): void {
    if (peers.length > 0) events.emit('warning', { message: describeGivenUp(peers) })
  }

  return {
    reopensFor,
    reopen(members) {
      if (phase.now() === 'sealed') {
        events.emit('warning', { message: 'members are too far from what was sealed: averaging goes on' })
        isReopened = true
      }
      const stand = { choice: choice.hash(), refuses: proposals.refused() }
      const obstructors = members
        .filter(
          ({ peer, announcement }) =>
            reopensFor(peer) && (contradicts(stand, announcement) || announcement.phase === 'training'),
        )
        .map(({ peer }) => peer)
      objected = { to: stand, by: new Set(obstructors) }
      if (obstructors.some(peer => !knows(peer))) hasHeardStrangers = true
      countObstruction(obstructors)
      reopened = clock.now()
      phase.reopen()
      choice.clear()
    },
    review(members) {
      if (objected === undefined || isRested()) return
      const { to, by } = objected
      const late = members.filter(
        ({ peer, announcement }) => !by.has(peer) && reopensFor(peer) && contradicts(to, announcement),
      )
      for (const { peer } of late) by.add(peer)
      countObstruction(late.map(({ peer }) => peer))
    },
    rested: isRested,
    isReopened: () => isReopened,
    sealed() {
      isReopened = false
    },
    giveUp(peers) {
      for (const peer of peers) activeMembers.giveUp(peer)
      tellGivenUp(peers)
    },
  }
}

function describeGivenUp(peers: readonly PeerId[]): string {
  const [one, ...others] = peers
  const who = others.length === 0 ? `${one} has` : `${peers.join(', ')} have`
  return (
    `${who} kept the others from ending, and nobody waits for ${others.length === 0 ? 'it' : 'them'} any more: ` +
    `what ${others.length === 0 ? 'it has' : 'they have'} not averaged with others is not in the model`
  )
}
