import { ANNOUNCE_INTERVAL_MS } from '../membership/constants.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { FetchedVector } from '../sync/fetch.ts'
import { MAX_PASS_MS } from './constants.ts'

/** Gets a vector by its hash from one of these peers; undefined where none has it. */
export type FetchVector = (
  hash: string,
  holders: readonly PeerId[],
  options: AbortOptions,
) => Promise<FetchedVector | undefined>

/** The proposals of others, as far as this peer has looked at them. */
export interface Proposals {
  /** The hash of one that was fetched, and lies too far from this peer's own vector. */
  refused(): string | undefined
  refuse(hash: string, holders: readonly PeerId[]): void
  /**
   * Whether this choice of this member is skipped for now. It is for a while when nobody would hand it out, or it was too far; and whoever
   * chose it as well, whatever it chooses next: twice as long each time.
   */
  passes(hash: string, chooser: PeerId): boolean
  /** Gets a proposal while averaging goes on, and keeps the last one until it can be weighed. */
  obtain(hash: string, holders: readonly PeerId[], options: AbortOptions): Promise<FetchedVector | undefined>
  /** This one is near, even if it was not before: it is refused no longer, and those who chose it are looked at again at once. */
  accept(hash: string, holders: readonly PeerId[]): void
  /** Forgets what time and others have overtaken. @param isChosen whether somebody still chooses this one */
  review(isChosen: (hash: string) => boolean): void
}

interface Pass {
  readonly until: number
  readonly times: number
}

export function createProposals(clock: Clock, fetch: FetchVector): Proposals {
  let refused: string | undefined
  let obtained: { readonly hash: string; readonly fetched: FetchedVector } | undefined
  /** Hashes that nobody would hand out, or that are too far, and until when each is skipped. */
  const hashes = new Map<string, number>()
  const choosers = new Map<PeerId, Pass>()

  function pass(hash: string, holders: readonly PeerId[]): void {
    const now = clock.now()
    hashes.set(hash, now + ANNOUNCE_INTERVAL_MS)
    for (const holder of holders) {
      const times = (choosers.get(holder)?.times ?? 0) + 1
      choosers.set(holder, { until: now + Math.min(MAX_PASS_MS, ANNOUNCE_INTERVAL_MS * 2 ** (times - 1)), times })
    }
  }

  return {
    refused: () => refused,
    refuse(hash, holders) {
      refused = hash
      pass(hash, holders)
    },
    passes: (hash, chooser) => hashes.has(hash) || (choosers.get(chooser)?.until ?? 0) > clock.now(),
    async obtain(hash, holders, abort) {
      if (obtained?.hash === hash) return obtained.fetched
      const fetched = await fetch(hash, holders, abort)
      if (fetched !== undefined) obtained = { hash, fetched }
      else pass(hash, holders)
      return fetched
    },
    accept(hash, holders) {
      if (refused === hash) refused = undefined
      for (const holder of holders) choosers.delete(holder)
    },
    review(isChosen) {
      if (refused !== undefined && !isChosen(refused)) refused = undefined
      for (const [hash, until] of hashes) if (until <= clock.now()) hashes.delete(hash)
    },
  }
}
