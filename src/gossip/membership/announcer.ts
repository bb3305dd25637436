import type { Clock, Random } from '../ports.ts'
import { ANNOUNCE_GAP_MS, ANNOUNCE_INTERVAL_MS } from './constants.ts'

/** Says how this peer is: regularly, and soon after something changed. */
export interface Announcer {
  start(): void
  /** Something that others wait for has changed. */
  soon(): void
  stop(): void
}

export function createAnnouncer(clock: Clock, random: Random, announce: () => void): Announcer {
  let running = false
  let last = Number.NEGATIVE_INFINITY
  let due = Number.POSITIVE_INFINITY
  let cancel = () => {}

  function schedule(at: number): void {
    if (!running || at >= due) return
    cancel()
    due = at
    cancel = clock.after(Math.max(0, at - clock.now()), () => {
      due = Number.POSITIVE_INFINITY
      last = clock.now()
      announce()
      // Jitter keeps peers that started together from speaking together for ever.
      schedule(last + ANNOUNCE_INTERVAL_MS * (0.8 + 0.4 * random.uniform()))
    })
  }

  return {
    start() {
      running = true
      schedule(clock.now())
    },
    soon: () => schedule(Math.max(clock.now(), last + ANNOUNCE_GAP_MS)),
    stop() {
      running = false
      cancel()
    },
  }
}
