import type { Announcement } from '../../src/gossip/membership/announcement.ts'
import { encodeAnnouncement } from '../../src/gossip/membership/announcement-bytes.ts'
import type { AbortOptions, Channel, FrameStream, Network } from '../../src/gossip/ports.ts'
import { createListener } from './announcements.ts'
import type { AveragingWorld } from './averaging-world.ts'

export const never: AbortOptions = { signal: new AbortController().signal }

export interface ByzantinePeer {
  readonly network: Network
  /** From now on it announces this four times a second. */
  announce(announcement: () => Omit<Announcement, 'sequence'>): void
}

/** A peer of the swarm that does not run our core. */
export async function createByzantinePeer(
  world: AveragingWorld,
  answer: (channel: Channel, stream: FrameStream) => Promise<void> = async () => {
    throw new Error('a byzantine peer that does not answer')
  },
  onAnnouncement: (announcement: Announcement) => void = () => {},
): Promise<ByzantinePeer> {
  const network = world.network.join('byzantine')
  let announcement: (() => Omit<Announcement, 'sequence'>) | undefined
  const listen = createListener()
  let sequence = 0
  await network.start({
    stream: answer,
    announcement(from, bytes) {
      const heard = listen(from, bytes)
      if (heard !== undefined) onAnnouncement(heard)
      return 'accept'
    },
    connected() {},
    acquainted() {},
    disconnected() {},
  })
  const speak = () => {
    if (announcement !== undefined) {
      network.publish(encodeAnnouncement({ ...announcement(), sequence: sequence++ })).catch(() => {})
    }
    world.clock.after(250, speak)
  }
  speak()
  return {
    network,
    announce(next) {
      announcement = next
    },
  }
}
