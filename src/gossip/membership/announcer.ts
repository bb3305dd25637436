import type { Events } from '../events.ts'
import type { Clock, Random } from '../ports.ts'
import { announceInterval, newsGap } from './announce-interval.ts'
import { ANNOUNCE_GAP_MS, LATE_LOOKS, LATE_MS, LATE_STRETCH, LOOK_INTERVAL_MS } from './constants.ts'
import type { Introductions } from './introductions.ts'
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
  readonly introductions: Pick<Introductions, 'unreached'>
  readonly events: Pick<Events, 'on'>
  readonly outbound: {
    /** Says how this peer is, and looks at how the others are. @param every when it says so again, in milliseconds */
    announce(every: number): void
    /** Only looks: this is as often in a large swarm as in a small one. */
    look(): void
  }
}

export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { clock, incarnation, membership, introductions, events, outbound } = options
  const { random } = incarnation
  let running = false
  let announced = Number.NEGATIVE_INFINITY
  let looked = Number.NEGATIVE_INFINITY
  /** By how much it wakes too late, on average. */
  let lateness = 0
  /** When it is to wake. */
  let alarm = Number.POSITIVE_INFINITY
  /** When it says something next. */
  let due = Number.POSITIVE_INFINITY
  let cancel = () => {}

  /** How many speak, and hear what is said. */
  const company = () => membership.size() + introductions.unreached()

  function wait(): void {
    cancel()
    const now = clock.now()
    alarm = Math.max(now, Math.min(due, looked + LOOK_INTERVAL_MS))
    cancel = clock.after(alarm - now, wake)
  }

  /** Whoever is late has more to do than its machine carries, of which what others say is a part, and what it says is for them. */
  function interval(): number {
    const stretch = Math.min(Math.max(1, lateness / LATE_MS), LATE_STRETCH)
    return stretch * announceInterval(company())
  }

  function wake(): void {
    looked = clock.now()
    lateness += (looked - alarm - lateness) / LATE_LOOKS
    if (looked < due) outbound.look()
    else {
      due = Number.POSITIVE_INFINITY
      announced = looked
      const every = interval()
      outbound.announce(every)
      // Jitter keeps peers that started together from speaking together for ever.
      const next = announced + every * (0.8 + 0.4 * random.uniform())
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
  events.on('news', () => after(newsGap(company())))

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
