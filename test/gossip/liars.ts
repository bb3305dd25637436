/**
 * Attackers on the virtual network: one that makes up members, and one that tells of steps that nobody can have trained.
 *
 * @packageDocumentation
 */

import { createGossip } from '../../src/gossip/gossip.ts'
import type { Announcement } from '../../src/gossip/membership/announcement.ts'
import { encodeAnnouncement } from '../../src/gossip/membership/announcement-bytes.ts'
import type { NetworkHandlers } from '../../src/gossip/ports.ts'
import { announcementOf } from './announcements.ts'
import type { AveragingWorld } from './averaging-world.ts'

/** A network on which somebody can hand on what it says that others have announced. */
export interface HauntedNetwork {
  readonly core: typeof createGossip
  /** The verdict of each peer. */
  handOn(author: string, announcement: Announcement, forwarder: string): readonly string[]
  /** The peers that were dialled, each time. */
  readonly dialled: readonly string[]
}

export function createHauntedNetwork(): HauntedNetwork {
  const listening = new Map<string, NetworkHandlers>()
  const dialled: string[] = []
  return {
    dialled,
    core: (options, emit) => {
      const { network } = options
      return createGossip(
        {
          ...options,
          network: {
            ...network,
            start(handlers) {
              listening.set(network.self, handlers)
              return network.start(handlers)
            },
            open(peer, channel, within) {
              dialled.push(peer)
              return network.open(peer, channel, within)
            },
          },
        },
        emit,
      )
    },
    handOn(author, announcement, forwarder) {
      const bytes = encodeAnnouncement(announcement)
      return [...listening.values()].map(handlers => handlers.announcement(author, bytes, forwarder))
    },
  }
}

/** From now on so many members that do not exist announce this once a second, through one neighbour of everybody. */
export function haunt(
  world: AveragingWorld,
  network: HauntedNetwork,
  ghosts: number,
  says: (ghost: number) => Partial<Announcement>,
): void {
  let sequence = 1
  function speak(): void {
    for (let i = 0; i < ghosts; i++) {
      network.handOn(`ghost-${i}`, announcementOf({ ...says(i), sequence }), 'liar')
    }
    sequence++
    world.clock.after(1_000, speak)
  }
  speak()
}
