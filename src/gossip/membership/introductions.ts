/**
 * Members count once they were reached: there was a connection to them, or a stream. Those that were only heard of, through what others
 * handed on, are kept apart here and tried, a few at a time. Whoever cannot be reached is a ghost, and counts for nothing.
 *
 * @packageDocumentation
 */

import type { Events } from '../events.ts'
import type { AbortOptions, Clock, Network, PeerId, Random } from '../ports.ts'
import type { Conversations } from '../streams/conversations.ts'
import { withDeadline } from '../waiting/deadline.ts'
import { type Announcement, completed, type Told } from './announcement.ts'
import { INTRODUCTION_WAIT_EVERY_MS, INTRODUCTION_WAIT_MS, MAX_REACHING, REACHING_TIMEOUT_MS } from './constants.ts'
import { createIntroductionQueue, type Introduction } from './introduction-queue.ts'
import type { Membership } from './membership.ts'

export interface Introductions {
  /** Whether a peer was reached, as long as it is not forgotten. */
  hasReached(peer: PeerId): boolean
  /** There is a connection to this peer, or a stream. */
  reached(peer: PeerId): void
  /** What those had announced that were reached since the last call. */
  arrivals(): readonly { readonly peer: PeerId; readonly announcement: Announcement }[]
  /** There is no connection any more. */
  disconnected(peer: PeerId): void
  /** One that was not reached has announced something. @param introducer the neighbour that handed it on, if that is known */
  introduce(peer: PeerId, told: Told, introducer: PeerId | undefined): void
  /** Whether some are being reached for which what the swarm begins or proposes waits: for a short while in all, whoever they are. */
  pending(): boolean
  /**
   * How many there are that were not reached yet, as far as that is known: several neighbours have heard them. For one that has just come to a
   * large swarm they are most of it.
   */
  unreached(): number
  /** Those that were heard of and could not be reached yet. */
  awaited(): readonly PeerId[]
}

export interface IntroductionsOptions {
  readonly network: Pick<Network, 'open' | 'learn' | 'forget'>
  readonly clock: Clock
  readonly incarnation: { readonly random: Random }
  readonly membership: Pick<Membership, 'isGone' | 'size'>
  readonly lifetime: { readonly stop: AbortOptions; readonly end: AbortOptions }
  readonly conversations: Pick<Conversations, 'over'>
  readonly events: Pick<Events, 'emit'>
}

const UNKNOWN = ''

export function createIntroductions(options: IntroductionsOptions): Introductions {
  const { network, clock, membership, lifetime, conversations, events } = options
  const queue = createIntroductionQueue(clock, options.incarnation.random.fork('introductions'), membership.size)
  const connected = new Set<PeerId>()
  let arrived: Introduction[] = []
  let reaching = 0
  let cancelAlarm = () => {}
  /** Since when those that are introduced are waited for. */
  let waitsSince = Number.NEGATIVE_INFINITY

  function pending(): boolean {
    if (clock.now() - waitsSince >= INTRODUCTION_WAIT_MS) return false
    for (const { failures } of queue.all()) if (failures === 0) return true
    return false
  }

  function reached(peer: PeerId): void {
    connected.add(peer)
    const known = queue.get(peer)
    if (known === undefined) return
    queue.remove(peer, 'reached')
    arrived.push(known)
    events.emit('introduced', {})
  }

  async function reach(peer: PeerId, { addresses }: Announcement): Promise<void> {
    network.learn(peer, addresses)
    try {
      const stream = await withDeadline(clock, REACHING_TIMEOUT_MS, `reaching ${peer}`, lifetime.stop, within =>
        network.open(peer, 'fetch', within),
      )
      reached(peer)
      // Nothing is asked for: of all conversations the one that may end at once, and changes nothing on either side.
      conversations.over(stream, 'fetch', lifetime.end, async () => {}).catch(() => {})
    } catch {
      if (queue.get(peer) === undefined) return
      // Names cost nothing, and their addresses would pile up.
      network.forget?.(peer)
      const waited = pending()
      queue.failed(peer)
      if (waited && !pending()) events.emit('introduced', {})
    }
  }

  function go(): void {
    cancelAlarm()
    if (lifetime.stop.signal.aborted) return
    while (reaching < MAX_REACHING) {
      const next = queue.take()
      if (next === undefined) break
      reaching++
      void reach(next.peer, next.announcement).then(() => {
        reaching--
        go()
      })
    }
    const due = queue.dueAt()
    if (reaching < MAX_REACHING && due < Number.POSITIVE_INFINITY) {
      cancelAlarm = clock.after(Math.max(1, due - clock.now()), go)
    }
  }

  lifetime.stop.signal.addEventListener('abort', () => cancelAlarm())

  return {
    hasReached: peer => connected.has(peer) || !membership.isGone(peer),

    reached,
    arrivals() {
      const all = arrived
      arrived = []
      return all
    },

    disconnected: peer => void connected.delete(peer),

    introduce(peer, told, introducer = UNKNOWN) {
      if (told.phase === 'left') {
        queue.remove(peer, 'gone')
        return
      }
      const known = queue.get(peer)
      const announcement = completed(told, known?.announcement)
      if (announcement === undefined) return
      const isNew = known === undefined
      queue.put(peer, announcement, introducer)
      if (!isNew || queue.get(peer) === undefined) return
      if (clock.now() - waitsSince >= INTRODUCTION_WAIT_EVERY_MS) waitsSince = clock.now()
      go()
    },

    pending,
    unreached: () => [...queue.all()].filter(({ isVouched }) => isVouched).length,

    awaited: () => [...queue.all()].filter(({ failures }) => failures > 0).map(({ peer }) => peer),
  }
}
