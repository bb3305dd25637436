import type { Events } from '../events.ts'
import type { Clock, Random } from '../ports.ts'
import { announceInterval, newsGap } from './announce-interval.ts'
import { ANNOUNCE_GAP_MS, LOOK_INTERVAL_MS } from './constants.ts'
import type { Membership } from './membership.ts'

/**
 * Says how this peer is: regularly, and sooner after something changed. What others wait for is told at once, or a moment after the last
 * announcement; other news soon where few are there, and in its turn among many.
 */
export interface Announcer {
  start(): void
  stop(): void
}

export interface AnnouncerOptions {
  readonly clock: Clock
  readonly incarnation: { readonly random: Random }
  readonly membership: Pick<Membership, 'size'>
  readonly events: Pick<Events, 'on'>
  readonly outbound: {
    /** Says how this peer is, and looks at how the others are. */
    announce(): void
    /** Only looks: this is as often in a large swarm as in a small one. */
    look(): void
  }
}

export function createAnnouncer({ clock, incarnation, membership, events, outbound }: AnnouncerOptions): Announcer {
  const { random } = incarnation
  let running = false
  let announced = Number.NEGATIVE_INFINITY
  let looked = Number.NEGATIVE_INFINITY
  /** When it says something next. */
  let due = Number.POSITIVE_INFINITY
  let cancel = () => {}

  function wait(): void {
    cancel()
    cancel = clock.after(Math.max(0, Math.min(due, looked + LOOK_INTERVAL_MS) - clock.now()), wake)
  }

  function wake(): void {
    looked = clock.now()
    if (looked < due) outbound.look()
    else {
      due = Number.POSITIVE_INFINITY
      announced = looked
      outbound.announce()
      // Jitter keeps peers that started together from speaking together for ever.
      const next = announced + announceInterval(membership.size()) * (0.8 + 0.4 * random.uniform())
      due = Math.min(due, next)
    }
    if (running) wait()
  }

  function announceAt(time: number): void {
    if (!running || time >= due) return
    due = time
    wait()
  }

  const after = (gap: number) => announceAt(Math.max(clock.now(), announced + gap))
  events.on('changed', () => after(ANNOUNCE_GAP_MS))
  events.on('news', () => after(newsGap(membership.size())))

  return {
    start() {
      running = true
      looked = clock.now()
      announceAt(clock.now())
    },
    stop() {
      running = false
      cancel()
    },
  }
}
