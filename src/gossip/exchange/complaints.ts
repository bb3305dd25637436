import type { Events, GossipEvents } from '../events.ts'
import type { Conduct } from '../membership/conduct.ts'
import type { Clock, PeerId } from '../ports.ts'
import { TELLING_GAP_MS } from './constants.ts'

/** What speaks against partners in exchanges that are clipped: all of it is remembered, and people are told of each partner now and then. */
export interface Complaints {
  /**
   * @param distance of the two, by their sketches
   * @param usual the distance that is usual
   * @param times how often it counts. Default: once
   */
  add(partner: PeerId, fault: GossipEvents['clipped']['fault'], distance: number, usual: number, times?: number): void
}

export interface ComplaintsOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly events: Pick<Events, 'emit'>
  readonly conduct: Pick<Conduct, 'fault' | 'trust'>
}

export function createComplaints({ clock, events, conduct }: ComplaintsOptions): Complaints {
  /** Exchanges since people were told of it, and when that was. */
  const untold = new Map<PeerId, { readonly exchanges: number; readonly since: number }>()

  return {
    add(partner, fault, distance, usual, times) {
      conduct.fault(partner, fault, times)
      const { exchanges, since } = untold.get(partner) ?? { exchanges: 0, since: Number.NEGATIVE_INFINITY }
      const isDue = clock.now() - since >= TELLING_GAP_MS
      untold.set(partner, isDue ? { exchanges: 0, since: clock.now() } : { exchanges: exchanges + 1, since })
      if (!isDue) return
      const trust = conduct.trust(partner)
      events.emit('clipped', { peer: partner, fault, distance, usual, exchanges: exchanges + 1, trust })
    },
  }
}
