import type { Announcement } from '../../src/gossip/membership/announcement.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'

/** An announcement of a peer that averages, with whatever is given in place of that. */
export function announcementOf(given: Partial<Announcement> = {}): Announcement {
  const sketch = new Float32Array(SKETCH_BUCKETS).fill(1)
  const own = { ownSteps: 10, hasData: true, ready: true, done: true, partners: 1 }
  return { sequence: 1, every: 1_000, phase: 'averaging', step: 0, age: 0, ...own, sketch, addresses: [], ...given }
}
