import type { Events } from '../events.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import { announceInterval } from '../membership/announce-interval.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Contribution } from '../state/contribution.ts'
import type { Choice } from './choice.ts'
import type { EndPatience } from './end-patience.ts'
import type { Proposals } from './proposals.ts'

export interface ReopeningOptions {
  readonly phase: PeerPhase
  readonly choice: Choice
  readonly contribution: Pick<Contribution, 'hasAveragedWith'>
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
  const { phase, choice, contribution, activeMembers, endPatience, proposals, membership, clock, events } = options
  let reopened = Number.NEGATIVE_INFINITY
  let isReopened = false
  /** Whether it has reopened because of members with whom no exchange was completed. */
  let hasHeardStrangers = false

  /** Strangers may be the other half of a swarm that fell in two before it averaged; but only once. */
  const reopensFor = (peer: PeerId) =>
    !endPatience.isSpent() && (contribution.hasAveragedWith(peer) || !hasHeardStrangers)

  /** Those of these that made the swarm reopen. */
  function obstructorsAmong(members: readonly Member[]): readonly PeerId[] {
    const refused = proposals.refused()
    return members
      .filter(({ peer, announcement: { phase, choice: chosen, refuses } }) => {
        const objects = (refused !== undefined && chosen === refused) || refuses === choice.hash()
        return reopensFor(peer) && (objects || phase === 'training')
      })
      .map(({ peer }) => peer)
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
      const obstructors = obstructorsAmong(members)
      if (obstructors.some(peer => !contribution.hasAveragedWith(peer))) hasHeardStrangers = true
      tellGivenUp(obstructors.filter(activeMembers.obstructed))
      reopened = clock.now()
      phase.reopen()
      choice.clear()
    },
    rested: () => clock.now() - reopened >= REST_INTERVALS * announceInterval(membership.size()),
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
