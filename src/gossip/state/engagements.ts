import type { PeerId } from '../peer-id.ts'
import type { Ledger } from './ledger.ts'

/** One exchange that this peer is in. */
export interface Engagement {
  readonly id: string
  /** What this peer has granted, and then what both have agreed on. */
  weight: number
  /** Makes sure that nothing more is decided or applied in it, on this side, by its own course. */
  readonly abandon: () => void
}

/** The exchanges that a peer is in: at most one that it began, and one that the other began, with each partner. */
export interface Engagements {
  /** Enters one, as the initiator or as the responder. @returns what leaves it */
  enter(role: 'initiator' | 'responder', partner: PeerId, engagement: Engagement): () => void
  /** Whether this peer began one with this partner, and whether it answers one of this partner's. */
  initiates(partner: PeerId): boolean
  responds(partner: PeerId): boolean
  /** Whether this peer is in an exchange with this one, whoever began it. */
  engaged(partner: PeerId): boolean
  active(): number
  /**
   * Half of what is left of this peer's own share: however many exchanges it is in at once, whatever became of the others
   * meanwhile, something of its own stays, so no average has a negative weight. 1/2 where it is in no other.
   */
  ownShare(): number
  /** Whether a stream of this exchange is still open, so that nothing needs to be settled yet. */
  running(partner: PeerId, id: string): boolean
  /** Whether anything stands open with this peer whose exchange is not still running. */
  outstanding(partner: PeerId): boolean
  abandon(partner: PeerId, id: string): void
  /** Ends all that are under way; what of them was added stays. */
  abandonAll(): void
}

export function createEngagements(ledger: Ledger): Engagements {
  const initiated = new Map<PeerId, Engagement>()
  const responding = new Map<PeerId, Engagement>()

  const all = () => [...initiated.values(), ...responding.values()]

  /** Ids are unique only for who made them. */
  const find = (partner: PeerId, id: string) =>
    [initiated.get(partner), responding.get(partner)].filter(one => one?.id === id)

  const running = (partner: PeerId, id: string) => find(partner, id).length > 0

  return {
    enter(role, partner, engagement) {
      const side = role === 'initiator' ? initiated : responding
      side.set(partner, engagement)
      return () => void side.delete(partner)
    },
    initiates: partner => initiated.has(partner),
    responds: partner => responding.has(partner),
    engaged: partner => initiated.has(partner) || responding.has(partner),
    active: () => initiated.size + responding.size,
    ownShare() {
      let rest = 1
      for (const { weight } of initiated.values()) rest -= weight
      for (const { weight } of responding.values()) rest -= weight
      return rest / 2
    },
    running,
    outstanding(partner) {
      const isIdle = ({ id }: { readonly id: string }) => !running(partner, id)
      return ledger.decisions(partner).some(isIdle) || ledger.doubts(partner).some(isIdle)
    },
    abandon(partner, id) {
      for (const one of find(partner, id)) one?.abandon()
    },
    abandonAll() {
      for (const one of all()) one.abandon()
    },
  }
}
