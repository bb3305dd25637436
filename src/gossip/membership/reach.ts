import type { Events } from '../events.ts'
import type { Clock, Network, PeerId } from '../ports.ts'
import { UNREACHABLE_AGAIN_MS, UNREACHABLE_TOLD_MS } from './constants.ts'
import type { Introductions } from './introductions.ts'
import type { Membership } from './membership.ts'

/** Tells of peers of the swarm that cannot be reached from here, and have not come by themselves: each once, when it has lasted a while. */
export interface Reach {
  /** Looks again. */
  look(): void
}

export interface ReachOptions {
  readonly network: Pick<Network, 'unreached'>
  readonly membership: Pick<Membership, 'alive'>
  readonly introductions: Pick<Introductions, 'awaited'>
  readonly clock: Clock
  readonly events: Pick<Events, 'emit'>
}

export function createReach({ network, membership, introductions, clock, events }: ReachOptions): Reach {
  /** Since when each cannot be reached, of those that are heard of. */
  let since = new Map<PeerId, number>()
  const told = new Set<PeerId>()
  let lastTold = Number.NEGATIVE_INFINITY

  return {
    look() {
      const inVain = network.unreached?.() ?? []
      if (inVain.length === 0 && since.size === 0) return
      const heard = new Set([...membership.alive().map(({ peer }) => peer), ...introductions.awaited()])
      const unreached = inVain.filter(({ peer }) => heard.has(peer))
      since = new Map(unreached.map(({ peer }) => [peer, since.get(peer) ?? clock.now()]))

      const now = clock.now()
      const lasting = unreached.filter(({ peer }) => now - (since.get(peer) ?? now) >= UNREACHABLE_TOLD_MS)
      if (now - lastTold < UNREACHABLE_AGAIN_MS || lasting.every(({ peer }) => told.has(peer))) return
      lastTold = now
      for (const { peer } of lasting) told.add(peer)
      const peers = lasting.map(({ peer, obstacle, reason }) => ({ peer, obstacle, reason }))
      events.emit('unreachable', { peers, of: heard.size })
    },
  }
}
