import { MAX_MEMBERS } from '../constants.ts'
import type { Clock, PeerId } from '../ports.ts'
import { believedInterval } from './announce-interval.ts'
import type { Announcement } from './announcement.ts'
import { EXPIRY_INTERVALS, MEMBER_EXPIRY_MS, MEMBER_FORGOTTEN_MS, RETURN_BURST, RETURN_GAP_MS } from './constants.ts'
import { createRate } from './rate.ts'

/** One that is alive; while it is, it stays the same object. */
export interface Member {
  readonly peer: PeerId
  /** The newest announcement. */
  readonly announcement: Announcement
  /** Clock time of the newest announcement. */
  readonly heard: number
}

/**
 * The members of the swarm, as far as this peer has heard. A member that says goodbye is gone at once; one that falls silent expires, and
 * is forgotten for good later.
 */
export interface Membership {
  /**
   * A peer that was reached has announced something.
   *
   * @returns whether the announcement is newer than all before, and whether its peer was not alive before; neither of one that says
   *   goodbye and is back too often
   */
  hear(peer: PeerId, announcement: Announcement): { readonly isNewer: boolean; readonly joined: boolean }
  /** Whether an announcement with this sequence is newer than all that were heard of this peer. */
  isNews(peer: PeerId, sequence: number): boolean
  /** Members heard of recently, this peer not among them, sorted by id. */
  alive(): readonly Member[]
  /** How many are alive, this peer among them. */
  size(): number
  get(peer: PeerId): Member | undefined
  /** The newest announcement of a member that is alive, or is expected back. */
  lastOf(peer: PeerId): Announcement | undefined
  /** What a local step takes those that train, by their own account, in milliseconds; in no order. */
  paces(): readonly number[]
  /** The usual duration of a member's interval of training, by its own account, in milliseconds; undefined where it has announced none. */
  interval(peer: PeerId): number | undefined
  isAlive(peer: PeerId): boolean
  /** Members that fell silent without a goodbye and are not forgotten yet. */
  vanished(): readonly Member[]
  /** Neither alive nor expected back: it was forgotten, or never heard of. */
  isGone(peer: PeerId): boolean
  /** Counts a member out, and does not expect it back. */
  expel(peer: PeerId): void
  /** Moves time on. @returns the members that expired since the last call */
  sweep(): readonly PeerId[]
}

const NO_NEWS = { isNewer: false, joined: false } as const

export function createMembership(clock: Clock): Membership {
  const alive = new Map<PeerId, { -readonly [Field in keyof Member]: Member[Field] }>()
  const vanished = new Map<PeerId, Member>()
  /** Those that said goodbye, and when; they may come back for what they left open. */
  const departed = new Map<PeerId, number>()
  // Outlives the entry: an old announcement that was delayed must not bring back a member that left.
  const sequences = new Map<PeerId, number>()
  const returns = createRate(clock, { gap: RETURN_GAP_MS, burst: RETURN_BURST })
  /** Those alive, by id. Looked at whenever anything is heard; the set changes far less often. */
  let sorted: readonly Member[] | undefined

  function forget(peer: PeerId): void {
    vanished.delete(peer)
    departed.delete(peer)
    // No announcement is under way for so long, and the memory is for those that may still come.
    sequences.delete(peer)
  }

  const size = () => alive.size + 1
  /** A member that is silent for so long is gone, in milliseconds. */
  const expiryOf = ({ announcement }: Member) => EXPIRY_INTERVALS * believedInterval(announcement.every, size())
  const paces = () => [...alive.values()].flatMap(({ announcement }) => announcement.pace ?? [])

  /** Those that have left give way to those that come. */
  function hasRoom(): boolean {
    const [longestAgo] = departed.keys()
    if (sequences.size >= MAX_MEMBERS && longestAgo !== undefined) forget(longestAgo)
    return sequences.size < MAX_MEMBERS
  }

  const isNews = (peer: PeerId, sequence: number) => sequence > (sequences.get(peer) ?? Number.NEGATIVE_INFINITY)

  return {
    isNews,
    hear(peer, announcement) {
      if (!isNews(peer, announcement.sequence)) return NO_NEWS
      if (!sequences.has(peer) && !hasRoom()) return NO_NEWS
      const isGoodbye = announcement.phase === 'left'
      if (departed.has(peer) && !isGoodbye && !returns.admits(peer)) return NO_NEWS
      sequences.set(peer, announcement.sequence)
      if (isGoodbye) {
        sorted = undefined
        alive.delete(peer)
        vanished.delete(peer)
        departed.delete(peer)
        departed.set(peer, clock.now())
        return { isNewer: true, joined: false }
      }
      const known = alive.get(peer)
      if (known !== undefined) {
        known.announcement = announcement
        known.heard = clock.now()
        return { isNewer: true, joined: false }
      }
      sorted = undefined
      departed.delete(peer)
      vanished.delete(peer)
      alive.set(peer, { peer, announcement, heard: clock.now() })
      return { isNewer: true, joined: true }
    },
    alive() {
      sorted ??= [...alive.values()].sort((a, b) => (a.peer < b.peer ? -1 : 1))
      return sorted
    },
    size,
    get: peer => alive.get(peer),
    lastOf: peer => (alive.get(peer) ?? vanished.get(peer))?.announcement,
    paces,
    interval: peer => alive.get(peer)?.announcement.interval,
    isAlive: peer => alive.has(peer),
    vanished: () => [...vanished.values()],
    isGone: peer => !alive.has(peer) && !vanished.has(peer) && !departed.has(peer),
    expel(peer) {
      alive.delete(peer)
      vanished.delete(peer)
      sorted = undefined
    },
    sweep() {
      const now = clock.now()
      const expired: PeerId[] = []
      for (const member of alive.values()) {
        if (now - member.heard <= expiryOf(member)) continue
        alive.delete(member.peer)
        vanished.set(member.peer, member)
        expired.push(member.peer)
        sorted = undefined
      }
      for (const member of vanished.values()) {
        if (now - member.heard > expiryOf(member) - MEMBER_EXPIRY_MS + MEMBER_FORGOTTEN_MS) forget(member.peer)
      }
      for (const [peer, left] of departed) if (now - left > MEMBER_FORGOTTEN_MS) forget(peer)
      return expired
    },
  }
}
