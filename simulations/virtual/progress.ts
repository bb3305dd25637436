import type { GossipEvents } from '../../src/gossip/events.ts'
import type { PeerId } from '../../src/gossip/ports.ts'

/** The progress of a run, kept from its peers' events so that asking after every event costs nothing. */
export interface Progress {
  onEvent<Name extends keyof GossipEvents>(peer: PeerId, name: Name, detail: GossipEvents[Name]): void
  /** Exchanges that were applied on both sides. */
  exchanges(): number
  /** Those of them that this peer began, in all its lives. */
  exchangesOf(peer: PeerId): number
  /** Peers that have done all their local steps. */
  readonly trained: ReadonlySet<PeerId>
  /** The first that cannot go on. */
  failure(): { readonly peer: PeerId; readonly error: Error } | undefined
}

export function createProgress(): Progress {
  const begun = new Map<PeerId, number>()
  const trained = new Set<PeerId>()
  let exchanges = 0
  let failure: ReturnType<Progress['failure']>

  return {
    onEvent(peer, name, detail) {
      if (name === 'exchange' && 'outcome' in detail && detail.outcome === 'averaged') {
        exchanges++
        begun.set(peer, (begun.get(peer) ?? 0) + 1)
      }
      if (name === 'trained') trained.add(peer)
      if (name === 'failed' && 'error' in detail) failure ??= { peer, error: detail.error }
    },
    exchanges: () => exchanges,
    exchangesOf: peer => begun.get(peer) ?? 0,
    trained,
    failure: () => failure,
  }
}
