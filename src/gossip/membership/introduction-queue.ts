import type { Clock, PeerId, Random } from '../ports.ts'
import { believedInterval } from './announce-interval.ts'
import type { Announcement } from './announcement.ts'
import {
  EXPIRY_INTERVALS,
  INTRODUCER_PAUSE_FIRST_MS,
  INTRODUCER_PAUSE_LONGEST_MS,
  INTRODUCTIONS_ON_TRUST,
  MAX_INTRODUCED,
  MAX_INTRODUCED_BY_ONE,
  REACH_AGAIN_FIRST_MS,
  REACH_AGAIN_LONGEST_MS,
} from './constants.ts'

/** A peer that was heard of through others. */
export interface Introduction {
  readonly peer: PeerId
  /** Its newest announcement. */
  readonly announcement: Announcement
  /** Clock time of the first announcement. */
  readonly since: number
  /** How often it was tried, and could not be reached. */
  readonly failures: number
  /** Whether more than one neighbour has handed on what it says: whoever makes up members is alone in that. */
  readonly isVouched: boolean
}

/**
 * Those that were heard of and not reached, in the order in which they are to be tried. Whoever hands announcements on has a share of
 * the places and of the tries, so that one that makes up members takes nothing from those that others have introduced.
 */
export interface IntroductionQueue {
  /** Keeps what a peer has announced, as far as there is room. */
  put(peer: PeerId, announcement: Announcement, introducer: PeerId): void
  get(peer: PeerId): Introduction | undefined
  all(): Iterable<Introduction>
  /** The next one to be tried now. It is not given again before {@link failed} was called. */
  take(): Introduction | undefined
  /** When there will be a next one to be tried, where nothing else happens; Infinity where none. */
  dueAt(): number
  failed(peer: PeerId): void
  /** It was reached, which speaks for the one that introduced it; or it is gone. */
  remove(peer: PeerId, why: 'reached' | 'gone'): void
}

type Entry = { -readonly [Field in keyof Introduction]: Introduction[Field] }

interface Waiting extends Entry {
  introducer: PeerId
  heard: number
  /** Not tried before; Infinity while it is. */
  due: number
}

interface Introducer {
  /** Failures in a row. */
  failures: number
  /** None of its are tried before. */
  due: number
}

const doubled = (first: number, times: number, longest: number) => Math.min(longest, first * 2 ** times)

/** @param size how many members are alive, this peer among them */
export function createIntroductionQueue(clock: Clock, random: Random, size: () => number): IntroductionQueue {
  const waiting = new Map<PeerId, Waiting>()
  /** Those of which some wait, or that are trusted less for a while. */
  const introducers = new Map<PeerId, Introducer>()

  /** Half of each delay is random: those that heard of a newcomer at once do not all come at once. */
  const jitter = (milliseconds: number) => milliseconds * (0.5 + random.uniform())

  function introducerOf(peer: PeerId): Introducer {
    const known = introducers.get(peer) ?? { failures: 0, due: 0 }
    introducers.set(peer, known)
    return known
  }

  function expire(): void {
    const now = clock.now()
    const used = new Set<PeerId>()
    for (const one of waiting.values()) {
      const expiry = EXPIRY_INTERVALS * believedInterval(one.announcement.every, size())
      if (now - one.heard > expiry && one.due !== Number.POSITIVE_INFINITY) waiting.delete(one.peer)
      else used.add(one.introducer)
    }
    for (const [peer, { due }] of introducers) {
      // With as long again it has been quiet for, it is a neighbour like any other.
      if (!used.has(peer) && now - due > INTRODUCER_PAUSE_LONGEST_MS) introducers.delete(peer)
    }
  }

  /** Those that wait, by who introduced them. */
  function sharesOf(some: Iterable<Waiting>): Map<PeerId, Waiting[]> {
    const shares = new Map<PeerId, Waiting[]>()
    for (const one of some) {
      const share = shares.get(one.introducer)
      if (share === undefined) shares.set(one.introducer, [one])
      else share.push(one)
    }
    return shares
  }

  /** Makes room for another one. A larger share gives way to a smaller one; within a share only those do that could not be reached. */
  function makeRoom(introducer: PeerId): boolean {
    const shares = sharesOf(waiting.values())
    const own = shares.get(introducer) ?? []
    if (own.length < MAX_INTRODUCED_BY_ONE && waiting.size < MAX_INTRODUCED) return true
    let largest = own
    if (own.length < MAX_INTRODUCED_BY_ONE) {
      for (const share of shares.values()) if (share.length > largest.length) largest = share
    }
    const victims = largest.filter(
      ({ due, failures }) => due !== Number.POSITIVE_INFINITY && (largest !== own || failures > 0),
    )
    if (victims.length === 0) return false
    waiting.delete(victims[random.integer(victims.length)].peer)
    return true
  }

  return {
    put(peer, announcement, introducer) {
      const now = clock.now()
      const known = waiting.get(peer)
      if (known !== undefined) {
        if (announcement.sequence <= known.announcement.sequence) return
        known.announcement = announcement
        known.heard = now
        if (introducer !== known.introducer) known.isVouched = true
        // Of all that know it, the one that is trusted most.
        const trust = (one: PeerId) => -(introducers.get(one)?.failures ?? 0)
        if (trust(introducer) > trust(known.introducer)) known.introducer = introducer
        return
      }
      if (waiting.size >= MAX_INTRODUCED_BY_ONE) expire()
      if (!makeRoom(introducer)) return
      introducerOf(introducer)
      const first = { since: now, heard: now, due: now, failures: 0, isVouched: false }
      waiting.set(peer, { peer, announcement, introducer, ...first })
    },

    get: peer => waiting.get(peer),
    all: () => waiting.values(),

    take() {
      expire()
      const now = clock.now()
      const due = [...waiting.values()].filter(one => one.due <= now && introducerOf(one.introducer).due <= now)
      if (due.length === 0) return undefined
      const shares = [...sharesOf(due)]
      const [share, own] = shares[random.integer(shares.length)]
      const fewest = Math.min(...own.map(({ failures }) => failures))
      const fresh = own.filter(({ failures }) => failures === fewest)
      const one = fresh[random.integer(fresh.length)]
      one.due = Number.POSITIVE_INFINITY
      const introducer = introducerOf(share)
      const beyond = introducer.failures - INTRODUCTIONS_ON_TRUST
      if (beyond >= 0) {
        const pause = doubled(INTRODUCER_PAUSE_FIRST_MS, beyond, INTRODUCER_PAUSE_LONGEST_MS)
        introducer.due = now + jitter(pause)
      }
      return one
    },

    dueAt() {
      const times = [...waiting.values()].map(one => Math.max(one.due, introducerOf(one.introducer).due))
      return Math.min(Number.POSITIVE_INFINITY, ...times)
    },

    failed(peer) {
      const one = waiting.get(peer)
      if (one === undefined) return
      one.due = clock.now() + jitter(doubled(REACH_AGAIN_FIRST_MS, one.failures, REACH_AGAIN_LONGEST_MS))
      one.failures++
      introducerOf(one.introducer).failures++
    },

    remove(peer, why) {
      const one = waiting.get(peer)
      waiting.delete(peer)
      if (one === undefined || why !== 'reached') return
      const introducer = introducerOf(one.introducer)
      introducer.failures = introducer.due = 0
    },
  }
}
