import type { Topology } from '../averaging/topology.ts'
import { PARTNER_BACKOFF_MS } from './constants.ts'
import type { Membership } from './membership.ts'
import type { Clock, PeerId, Random } from './ports.ts'

/** Whom this peer averages with next. */
export interface Partners {
  /** A neighbour in the topology over those alive now that takes part in exchanges; undefined where there is none. */
  next(): PeerId | undefined
  /** Leaves a peer alone for a while. */
  backOff(peer: PeerId): void
}

/**
 * Everybody sorts the members by id, so peers that know the same members agree on the topology without a word.
 *
 * @param unsettled whether an earlier exchange with this peer stands open; it is settled before there is another
 * @param complain hears why the topology does not fit the members there are; all of them are neighbours meanwhile
 */
export function createPartners(
  self: PeerId,
  topology: Topology,
  membership: Membership,
  clock: Clock,
  random: Random,
  unsettled: (peer: PeerId) => boolean,
  complain: (reason: string) => void,
): Partners {
  const backedOff = new Map<PeerId, number>()
  let round = 0
  let complained: string | undefined

  function neighbours(peers: readonly PeerId[], index: number): readonly PeerId[] {
    const misfit = topology.misfit(peers.length)
    // One neighbour is everybody's whole world; that needs no topology and no complaint.
    if (misfit !== undefined && peers.length > 2 && misfit !== complained) {
      complained = misfit
      complain(misfit)
    }
    if (misfit !== undefined) return peers.filter(peer => peer !== self)
    return topology.neighbours(index, peers.length, round++).map(neighbour => peers[neighbour])
  }

  return {
    next() {
      const members = membership.alive()
      const index = members.filter(({ peer }) => peer < self).length
      const peers = members.map(({ peer }) => peer).toSpliced(index, 0, self)
      const now = clock.now()
      const willing = neighbours(peers, index).filter(peer => {
        const phase = membership.get(peer)?.announcement.phase
        return (phase === 'training' || phase === 'averaging') && (backedOff.get(peer) ?? 0) <= now && !unsettled(peer)
      })
      return willing.length === 0 ? undefined : willing[random.integer(willing.length)]
    },
    backOff(peer) {
      backedOff.set(peer, clock.now() + PARTNER_BACKOFF_MS)
    },
  }
}
