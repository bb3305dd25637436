import { type Announcement, completed } from '../../src/gossip/membership/announcement.ts'
import { decodeAnnouncement } from '../../src/gossip/membership/announcement-bytes.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'

/** An announcement of a peer that averages, with whatever is given in place of that. */
export function announcementOf(given: Partial<Announcement> = {}): Announcement {
  const sketch = new Float32Array(SKETCH_BUCKETS).fill(1)
  const own = { ownSteps: 10, hasData: true, ready: true, done: true, partners: 1 }
  return { sequence: 1, every: 1_000, phase: 'averaging', step: 0, age: 0, ...own, sketch, addresses: [], ...given }
}

/** @returns reads what peers announce, with the portrait that each has shown last; undefined where it has not, or what is said is malformed */
export function createListener(): (from: string, bytes: Uint8Array) => Announcement | undefined {
  const heard = new Map<string, Announcement>()
  return (from, bytes) => {
    const told = decodeAnnouncement(bytes)
    const announcement = told && completed(told, heard.get(from))
    if (announcement !== undefined) heard.set(from, announcement)
    return announcement
  }
}
