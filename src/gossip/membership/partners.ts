import type { Topology } from '../../averaging/topology.ts'
import type { PeerPhase } from '../phase.ts'
import type { Network, PeerId, Random } from '../ports.ts'
import type { ActiveMembers } from './active-members.ts'
import type { Conduct } from './conduct.ts'
import { drawPartner } from './draw.ts'
import type { Membership } from './membership.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import type { Standing } from './standing.ts'

/** Two peers that may average with each other, the one whose id sorts first in front. */
export type MemberLink = readonly [first: PeerId, second: PeerId]

/** Whom this peer averages with next. */
export interface Partners {
  /**
   * A neighbour in the topology over those alive now that takes part in exchanges, and of those that have failed only where there is nobody
   * else; undefined where there is none.
   */
  next(wanted?: Wanted): PeerId | undefined
  /** All neighbours in the topology over those alive now, in this round. */
  neighbours(round: number): readonly PeerId[]
  /**
   * Who may average with whom by the topology, over those alive now as this peer knows them: each two once. Undefined where that changes from
   * round to round, and where there are more than so many.
   */
  links(most: number): readonly MemberLink[] | undefined
  /** Whether this peer takes part in exchanges, as far as it has said, and is not let be because it cannot be reached. */
  willing(peer: PeerId): boolean
  /** Whether it trains, as far as it has said. */
  trains(peer: PeerId): boolean
}

/** What is asked of a partner. Default: nothing. */
export interface Wanted {
  /** Of these one is taken where there are any. */
  readonly preferred?: (peer: PeerId) => boolean
  /** These are not asked as long as there are others in the neighbourhood. */
  readonly isSilent?: (peer: PeerId) => boolean
  /** What an exchange with one usually takes, in milliseconds, where that is known: see {@link drawPartner}. */
  readonly duration?: (peer: PeerId) => number | undefined
  /** Leaves those of some that come into question at all. */
  readonly among?: (peers: readonly PeerId[]) => readonly PeerId[]
}

export interface PartnersOptions {
  readonly incarnation: { readonly self: PeerId; readonly random: Random }
  readonly topology: Topology
  readonly phase: Pick<PeerPhase, 'now'>
  readonly neighbourhood: Neighbourhood
  readonly membership: Pick<Membership, 'get'>
  readonly activeMembers: Pick<ActiveMembers, 'isGivenUp'>
  readonly standing: Pick<Standing, 'isAvoided' | 'isResting'>
  readonly conduct: Pick<Conduct, 'trust'>
  /** Whether it has moved this peer by as much as it may for now. Default: nobody has. */
  readonly isSpent?: (peer: PeerId) => boolean
  readonly network: Pick<Network, 'unreached'>
  /** An exchange that stands open with a peer is settled before there is another. */
  readonly ledger: { open(peer: PeerId): boolean }
  readonly engagements: { engaged(peer: PeerId): boolean }
}

export function createPartners(options: PartnersOptions): Partners {
  const { topology, phase, neighbourhood, membership, standing, network, ledger, engagements } = options
  const { self, random } = options.incarnation
  let round = 0

  function links(most: number): readonly MemberLink[] | undefined {
    const others = neighbourhood.others()
    const peers = phase.now() === 'waiting' ? others : [...others, self].sort()
    const fits = topology.misfit(peers.length) === undefined
    if (fits && topology.changes) return undefined
    const found = new Map<string, MemberLink>()
    for (const [index, peer] of peers.entries()) {
      const linked = fits
        ? topology.neighbours(index, peers.length, 0).map(other => peers[other])
        : peers.slice(index + 1)
      for (const other of linked) {
        const link: MemberLink = peer < other ? [peer, other] : [other, peer]
        found.set(link.join(' '), link)
        // A graph of thousands is not worked out for somebody who looks at it once a second.
        if (found.size > most) return undefined
      }
    }
    return [...found.values()]
  }

  function willing(peer: PeerId): boolean {
    const said = membership.get(peer)?.announcement.phase
    if ((said !== 'training' && said !== 'averaging') || options.activeMembers.isGivenUp(peer)) return false
    if (options.isSpent?.(peer)) return false
    // One that comes by itself is connected, and rests no longer.
    return network.unreached?.().some(each => each.isResting && each.peer === peer) !== true
  }

  return {
    neighbours: neighbourhood.neighbours,
    links,
    willing,
    trains: peer => membership.get(peer)?.announcement.phase === 'training',
    next(wanted: Wanted = {}) {
      const { preferred = () => true, isSilent = () => false, duration = () => undefined, among = all => all } = wanted
      const all = among(neighbourhood.neighbours(round++).filter(willing))
      const heard = all.filter(peer => !isSilent(peer))
      const free = (heard.length > 0 ? heard : all).filter(
        peer => !standing.isResting(peer) && !ledger.open(peer) && !engagements.engaged(peer),
      )
      const isSound = (peer: PeerId) => !standing.isAvoided(peer)
      const tiers = [free.filter(peer => isSound(peer) && preferred(peer)), free.filter(isSound), free]
      const tier = tiers.find(one => one.length > 0) ?? []
      return tier.length === 0 ? undefined : drawPartner(tier, duration, random, options.conduct.trust)
    },
  }
}
