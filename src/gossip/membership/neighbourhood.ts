import type { Topology } from '../../averaging/topology.ts'
import type { Events } from '../events.ts'
import type { PeerId } from '../ports.ts'
import type { Membership } from './membership.ts'

/** The topology over those alive now. Everybody sorts the members by id, so peers that know the same members agree on it without a word. */
export interface Neighbourhood {
  /** Its nodes but this peer, sorted by id: a member that only waits for the swarm to begin, or to end, is none yet. */
  others(): readonly PeerId[]
  /** All neighbours of this peer in this round. */
  neighbours(round: number): readonly PeerId[]
  /** How many neighbours this peer has, or another, over all rounds. At least 1. */
  degree(peer: PeerId): number
}

export interface NeighbourhoodOptions {
  readonly self: PeerId
  readonly topology: Topology
  readonly membership: Pick<Membership, 'alive'>
  readonly events: Pick<Events, 'emit'>
}

export function createNeighbourhood({ self, topology, membership, events }: NeighbourhoodOptions): Neighbourhood {
  let complained: string | undefined

  function others(): readonly PeerId[] {
    return membership.alive().flatMap(({ peer, announcement }) => (announcement.phase === 'waiting' ? [] : [peer]))
  }

  function nodes(): readonly PeerId[] {
    const members = others()
    return members.toSpliced(members.filter(peer => peer < self).length, 0, self)
  }

  return {
    others,
    neighbours(round) {
      const peers = nodes()
      const misfit = topology.misfit(peers.length)
      // One neighbour is everybody's whole world; that needs no topology and no complaint.
      if (misfit !== undefined && peers.length > 2 && misfit !== complained) {
        complained = misfit
        events.emit('warning', { message: `${misfit}; until then every member is a neighbour` })
      }
      if (misfit !== undefined) return peers.filter(peer => peer !== self)
      return topology.neighbours(peers.indexOf(self), peers.length, round).map(neighbour => peers[neighbour])
    },
    degree(peer) {
      const peers = nodes()
      const index = peers.indexOf(peer)
      if (index === -1) return 1
      // Where neighbours change from round to round, everybody becomes one.
      const isWhole = topology.changes || topology.misfit(peers.length) !== undefined
      return Math.max(1, isWhole ? peers.length - 1 : topology.neighbours(index, peers.length, 0).length)
    },
  }
}
