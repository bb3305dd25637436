import type { Obstacle, PeerId, Unreached } from '../gossip/ports.ts'
import {
  DIAL_REST_ANSWERED_MS,
  DIAL_REST_LONGEST_MS,
  DIAL_REST_SILENT_MS,
  MAX_ADDRESSES_TRIED,
  MAX_PEER_DIALS,
  MAX_UNREACHED,
  MINUTE_MS,
} from './constants.ts'

/** Who was dialled in vain, and is let be for a while: twice as long each time, until it says another address, or comes by itself. */
export interface DialBackoff {
  /** Why a peer is not to be dialled now; undefined where it may be. */
  reasonToWait(peer: PeerId): string | undefined
  /** A peer is being dialled at these addresses. */
  dialled(peer: PeerId, addresses: readonly string[]): void
  failed(peer: PeerId, obstacle: Obstacle, reason: string): void
  /** There is a connection, whoever has dialled. */
  reached(peer: PeerId): void
  /** A peer may be at these addresses: one that has not been heard of before is worth a try. */
  offered(peer: PeerId, addresses: readonly string[]): void
  /** This peer stands elsewhere in its networks: everybody is worth a try. */
  moved(): void
  /** Those that were last dialled in vain, and have neither been connected nor said another address since. */
  unreached(): readonly Unreached[]
}

interface Entry {
  obstacle: Obstacle
  reason: string
  /** In a row. */
  failures: number
  restsUntil: number
  /** When it was dialled, in the last minute. */
  dials: readonly number[]
  readonly offered: Set<string>
  /** Whether an address was offered since it was last dialled that had not been before. */
  hasNews: boolean
}

/** @param now milliseconds since any moment; never goes back */
export function createDialBackoff(now = () => performance.now()): DialBackoff {
  const entries = new Map<PeerId, Entry>()

  function entryOf(peer: PeerId): Entry {
    const known = entries.get(peer)
    if (known !== undefined) return known
    const fresh: Entry = {
      obstacle: 'silent',
      reason: '',
      failures: 0,
      restsUntil: Number.NEGATIVE_INFINITY,
      dials: [],
      offered: new Set(),
      hasNews: false,
    }
    const [oldest] = entries.keys()
    if (entries.size >= MAX_UNREACHED && oldest !== undefined) entries.delete(oldest)
    entries.set(peer, fresh)
    return fresh
  }

  /** @returns whether any is new */
  function offer({ offered }: Entry, addresses: readonly string[]): boolean {
    const before = offered.size
    for (const address of addresses) if (before + addresses.length <= MAX_ADDRESSES_TRIED) offered.add(address)
    return offered.size > before
  }

  const recent = ({ dials }: Entry) => dials.filter(at => at > now() - MINUTE_MS)

  return {
    reasonToWait(peer) {
      const entry = entries.get(peer)
      if (entry === undefined) return undefined
      const { reason, restsUntil } = entry
      if (restsUntil > now()) return `${reason} (tried again in ${Math.ceil((restsUntil - now()) / 1_000)} s)`
      if (recent(entry).length < MAX_PEER_DIALS) return undefined
      return `it was dialled ${MAX_PEER_DIALS} times within a minute${reason === '' ? '' : `, at last in vain: ${reason}`}`
    },
    dialled(peer, addresses) {
      const entry = entryOf(peer)
      offer(entry, addresses)
      Object.assign(entry, { dials: [...recent(entry), now()], hasNews: false })
    },
    failed(peer, obstacle, reason) {
      const entry = entryOf(peer)
      const rest = Math.min(firstRest(obstacle) * 2 ** entry.failures, DIAL_REST_LONGEST_MS)
      const restsUntil = entry.hasNews ? Number.NEGATIVE_INFINITY : now() + rest
      Object.assign(entry, { obstacle, reason, failures: entry.failures + 1, restsUntil })
    },
    reached(peer) {
      const entry = entries.get(peer)
      // How often it was dialled counts on: one that connects and cuts is dialled no more often than others.
      if (entry !== undefined) Object.assign(entry, { failures: 0, reason: '', restsUntil: Number.NEGATIVE_INFINITY })
    },
    offered(peer, addresses) {
      const entry = entries.get(peer)
      if (entry === undefined || !offer(entry, addresses)) return
      Object.assign(entry, { restsUntil: Number.NEGATIVE_INFINITY, hasNews: true })
    },
    moved() {
      for (const entry of entries.values()) entry.restsUntil = Number.NEGATIVE_INFINITY
    },
    unreached: () =>
      [...entries]
        .filter(([, { failures, hasNews }]) => failures > 0 && !hasNews)
        .map(([peer, { obstacle, reason, restsUntil }]) => ({ peer, obstacle, reason, isResting: restsUntil > now() })),
  }
}

/** Where somebody is there, it may be a matter of a moment: a process that restarts, a crowd at the entrance. */
function firstRest(obstacle: Obstacle): number {
  return obstacle === 'refused' || obstacle === 'failed' ? DIAL_REST_ANSWERED_MS : DIAL_REST_SILENT_MS
}
