import type { PeerEvents } from '../../src/index.ts'
import { MOST_PARTNERS } from './constants.ts'
import type { Neighbour } from './told.ts'

/** What came of the exchanges that a peer began with one other. */
export type Dealings = Pick<Neighbour, 'bytes' | 'broken' | 'last'>

/** What came of the exchanges that a peer began, by partner. */
export interface Partners {
  exchanged(exchange: PeerEvents['exchange']): void
  with(peer: string): Dealings
}

const NONE: Dealings = { bytes: 0, broken: 0, last: null }

export function createPartners(): Partners {
  const partners = new Map<string, Dealings>()
  return {
    exchanged({ peer, bytes, seconds, codec, outcome }) {
      const before = partners.get(peer) ?? NONE
      const isBroken = outcome === 'refused' || outcome === 'failed'
      partners.set(peer, {
        bytes: before.bytes + bytes,
        broken: before.broken + (isBroken ? 1 : 0),
        last: { outcome, codec, seconds },
      })
      const [oldest] = partners.keys()
      if (partners.size > MOST_PARTNERS) partners.delete(oldest)
    },
    with: peer => partners.get(peer) ?? NONE,
  }
}
