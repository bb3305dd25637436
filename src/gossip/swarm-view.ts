import { distance, norm, preciseMeanOf } from '../parameters/vectors.ts'
import { MOST_LINKS_SEEN } from './constants.ts'
import type { Conduct, Faults } from './membership/conduct.ts'
import type { Membership } from './membership/membership.ts'
import type { MemberLink, Partners } from './membership/partners.ts'
import type { Phase } from './phase.ts'
import type { Network, PeerId } from './ports.ts'
import type { Choice } from './seal/choice.ts'
import { onlyWaits } from './seal/decide.ts'
import type { Contribution } from './state/contribution.ts'
import type { Engagements } from './state/engagements.ts'
import type { Ledger } from './state/ledger.ts'

/** The swarm as one of its peers sees it. */
export interface SwarmView {
  /**
   * How far this peer's parameters are from the mean of all that hold some, relative to it, estimated from sketches; null while nobody else
   * holds any.
   */
  readonly distance: number | null
  /** The other members that are there, sorted by id. */
  readonly members: readonly MemberView[]
  /**
   * Who may average with whom by the topology, over this peer and the members that it knows, without those that only wait: each two once. Every
   * peer works it out by itself, so one that knows other members sees other links. Null where they change from round to round, and where there are
   * more than 400.
   */
  readonly links: readonly MemberLink[] | null
}

/** A member as another one sees it: what it announced last, and what the two have to do with each other. */
export interface MemberView {
  readonly peer: PeerId
  readonly phase: Phase
  readonly step: number
  /** Local steps that it has trained on its own data, as it says. */
  readonly ownSteps: number
  /** As {@link SwarmView.distance}; null while it only waits. */
  readonly distance: number | null
  /** Whether there is a connection to it; else it is heard of through others. */
  readonly connected: boolean
  /** Whether the two are in an exchange at this moment, whoever began it. */
  readonly exchanging: boolean
  /** Exchanges with it that came to their end in this life of this peer, whoever began them. */
  readonly exchanges: number
  /** Exchanges of which one of the two does not know yet how far they went. */
  readonly unsettled: number
  /**
   * By how much less than others it may move this peer, and how much less often it is asked: 1, or less where it was far away again and again,
   * or has sent something else than its sketch said. It comes back to 1 with time, and with exchanges in which there was nothing to speak of.
   */
  readonly trust: number
  /** What was seen of it in this life of this peer. */
  readonly faults: Faults
}

export interface SwarmViewOptions {
  readonly membership: Pick<Membership, 'alive'>
  readonly conduct: Pick<Conduct, 'trust' | 'faults'>
  readonly partners: Pick<Partners, 'links'>
  readonly network: Pick<Network, 'connections'>
  readonly choice: Pick<Choice, 'sketch'>
  readonly contribution: Pick<Contribution, 'exchangesWith'>
  readonly engagements: Pick<Engagements, 'engaged'>
  readonly ledger: Pick<Ledger, 'decisions' | 'doubts'>
}

/** @returns how the swarm is seen at the moment of each call; with others there it costs a sketch of the parameters, where they have moved */
export function createSwarmView(options: SwarmViewOptions): () => SwarmView {
  const { membership, conduct, partners, network, choice, contribution, engagements, ledger } = options

  function unsettledWith(peer: PeerId): number {
    return new Set([...ledger.decisions(peer), ...ledger.doubts(peer)].map(({ id }) => id)).size
  }

  return () => {
    const alive = membership.alive()
    const holders = alive.filter(({ announcement }) => !onlyWaits(announcement))
    const distanceOf = holders.length === 0 ? undefined : distancesFrom(holders.map(sketchOf), choice.sketch())
    const connected = new Set(network.connections())
    const holding = new Set(holders)
    return {
      distance: distanceOf?.(choice.sketch()) ?? null,
      members: alive.map(member => {
        const { peer, announcement } = member
        return {
          peer,
          phase: announcement.phase,
          step: announcement.step,
          ownSteps: announcement.ownSteps,
          distance: holding.has(member) ? (distanceOf?.(announcement.sketch) ?? null) : null,
          connected: connected.has(peer),
          exchanging: engagements.engaged(peer),
          exchanges: contribution.exchangesWith(peer),
          unsettled: unsettledWith(peer),
          trust: conduct.trust(peer),
          faults: { ...conduct.faults(peer) },
        }
      }),
      links: partners.links(MOST_LINKS_SEEN) ?? null,
    }
  }
}

function sketchOf({ announcement }: ReturnType<Membership['alive']>[number]): Float32Array {
  return announcement.sketch
}

/** Sketches are linear, so their mean is the sketch of the mean. @returns the relative distance of one from it; null where the mean is 0 */
function distancesFrom(others: readonly Float32Array[], own: Float32Array): (sketch: Float32Array) => number | null {
  const mean = preciseMeanOf([...others, own])
  const length = norm(mean)
  return sketch => (length === 0 ? null : distance(sketch, mean) / length)
}
