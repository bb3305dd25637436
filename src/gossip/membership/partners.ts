import type { Topology } from '../../averaging/topology.ts'
import type { Events } from '../events.ts'
import type { Clock, PeerId, Random } from '../ports.ts'
import type { ActiveMembers } from './active-members.ts'
import { PARTNER_BACKOFF_MS } from './constants.ts'
import type { Membership } from './membership.ts'

/** Whom this peer averages with next. */
export interface Partners {
  /**
   * A neighbour in the topology over those alive now that takes part in exchanges, one of those that are preferred where there are any;
   * undefined where there is none.
   */
  next(preferred?: (peer: PeerId) => boolean): PeerId | undefined
  /** All neighbours in the topology over those alive now, in this round. */
  neighbours(round: number): readonly PeerId[]
  /** Whether this peer takes part in exchanges, as far as it has said. */
  willing(peer: PeerId): boolean
  /** Leaves a peer alone for a while. */
  backOff(peer: PeerId): void
}

export interface PartnersOptions {
  readonly incarnation: { readonly self: PeerId; readonly random: Random }
  readonly topology: Topology
  readonly membership: Membership
  readonly activeMembers: Pick<ActiveMembers, 'isGivenUp'>
  readonly clock: Clock
  /** An exchange that stands open with a peer is settled before there is another. */
  readonly ledger: { open(peer: PeerId): boolean }
  readonly engagements: { engaged(peer: PeerId): boolean }
  readonly events: Pick<Events, 'emit'>
}

/** Everybody sorts the members by id, so peers that know the same members agree on the topology without a word. */
export function createPartners(options: PartnersOptions): Partners {
  const { topology, membership, clock, ledger, engagements, events } = options
  const { self, random } = options.incarnation
  const backedOff = new Map<PeerId, number>()
  let round = 0
  let complained: string | undefined

  function neighbours(round: number): readonly PeerId[] {
    // A member that only waits for the swarm to begin, or to end, is no node of its graph yet.
    const members = membership.alive().filter(({ announcement }) => announcement.phase !== 'waiting')
    const index = members.filter(({ peer }) => peer < self).length
    const peers = members.map(({ peer }) => peer).toSpliced(index, 0, self)
    const misfit = topology.misfit(peers.length)
    // One neighbour is everybody's whole world; that needs no topology and no complaint.
    if (misfit !== undefined && peers.length > 2 && misfit !== complained) {
      complained = misfit
      events.emit('warning', { message: `${misfit}; until then every member is a neighbour` })
    }
    if (misfit !== undefined) return peers.filter(peer => peer !== self)
    return topology.neighbours(index, peers.length, round).map(neighbour => peers[neighbour])
  }

  function willing(peer: PeerId): boolean {
    const phase = membership.get(peer)?.announcement.phase
    return (phase === 'training' || phase === 'averaging') && !options.activeMembers.isGivenUp(peer)
  }

  return {
    neighbours,
    willing,
    next(preferred = () => true) {
      const now = clock.now()
      const free = neighbours(round++).filter(
        peer => willing(peer) && (backedOff.get(peer) ?? 0) <= now && !ledger.open(peer) && !engagements.engaged(peer),
      )
      const best = free.filter(preferred)
      const among = best.length > 0 ? best : free
      return among.length === 0 ? undefined : among[random.integer(among.length)]
    },
    backOff(peer) {
      backedOff.set(peer, clock.now() + PARTNER_BACKOFF_MS)
    },
  }
}
