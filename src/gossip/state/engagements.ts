import { exchangeWeight } from '../../averaging/exchange.ts'
import type { PeerId } from '../peer-id.ts'
import type { Ledger } from './ledger.ts'

/** One exchange that this peer is in. */
export interface Engagement {
  readonly id: string
  readonly partner: PeerId
  /** The machine that the partner is on, as far as one can tell. */
  readonly host: string
  /** Clock time at which it began, and at which others have usually come to their end; unknown before it is agreed. */
  readonly began: number
  due: number | undefined
  /** The weight that this peer has granted, and then that on which both have agreed. */
  weight: number
  /** The share of its own parameters that this peer has given up in it, under a rule that has shares of its own. */
  share: number
  /** Whether it was abandoned, and has not been left yet. */
  isOver: boolean
  /** Makes sure that nothing more is decided or applied in it, on this side, by its own course. Default: the partner has ended it. */
  readonly abandon: (reason?: string) => void
}

/** The exchanges that a peer is in: at most one that it began, and one that the other began, with each partner. */
export interface Engagements {
  /** Enters one, as the initiator or as the responder. @returns what leaves it */
  enter(role: 'initiator' | 'responder', engagement: Engagement): () => void
  all(): readonly Engagement[]
  /** Whether this peer began one with this partner, and whether it answers one of this partner's. */
  initiates(partner: PeerId): boolean
  responds(partner: PeerId): boolean
  /** Whether this peer is in an exchange with this one, whoever began it. */
  engaged(partner: PeerId): boolean
  active(): number
  /** The largest weight with which this peer can enter another exchange, beside those that it is in. */
  ownShare(): number
  /** The share of its own parameters that its exchanges leave, under a rule that has shares of its own. */
  shareLeft(): number
  /** Whether a stream of this exchange is still open, so that nothing needs to be settled yet. */
  running(partner: PeerId, id: string): boolean
  /** Whether anything stands open with this peer whose exchange is not still running. */
  outstanding(partner: PeerId): boolean
  abandon(partner: PeerId, id: string): void
  /** Ends all that are under way; differences that they have added stay. */
  abandonAll(): void
}

export function createEngagements(ledger: Ledger): Engagements {
  const initiated = new Map<PeerId, Engagement>()
  const responding = new Map<PeerId, Engagement>()

  const all = () => [...initiated.values(), ...responding.values()]

  /** Ids are unique only for the peer that made them. */
  const find = (partner: PeerId, id: string) =>
    [initiated.get(partner), responding.get(partner)].filter(one => one?.id === id)

  const running = (partner: PeerId, id: string) => find(partner, id).length > 0

  return {
    all,
    enter(role, engagement) {
      const { partner } = engagement
      const side = role === 'initiator' ? initiated : responding
      side.set(partner, engagement)
      return () => void side.delete(partner)
    },
    initiates: partner => initiated.has(partner),
    responds: partner => responding.has(partner),
    engaged: partner => initiated.has(partner) || responding.has(partner),
    active: () => initiated.size + responding.size,
    ownShare: () => exchangeWeight(all().map(({ weight }) => weight)),
    shareLeft: () => all().reduce((left, { share }) => left - share, 1),
    running,
    outstanding(partner) {
      const isIdle = ({ id }: { readonly id: string }) => !running(partner, id)
      return [ledger.decisions(partner), ledger.doubts(partner), ledger.aborts(partner)].some(open => open.some(isIdle))
    },
    abandon(partner, id) {
      for (const one of find(partner, id)) one?.abandon()
    },
    abandonAll() {
      for (const one of all()) one.abandon()
    },
  }
}
