import { ANNOUNCE_INTERVAL_MS } from '../membership/constants.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { FetchedVector } from '../sync/fetch.ts'

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
  refuse(hash: string): void
  /** Proposals that nobody would hand out just now: they are skipped for a while. */
  unavailable(): readonly string[]
  /** Gets a proposal while averaging goes on, and keeps the last one until it can be weighed. */
  obtain(hash: string, holders: readonly PeerId[], options: AbortOptions): Promise<FetchedVector | undefined>
  /** Forgets what time and others have overtaken. @param isChosen whether somebody still chooses this one */
  review(isChosen: (hash: string) => boolean): void
}

const NONE: readonly string[] = []

export function createProposals(clock: Clock, fetch: FetchVector): Proposals {
  let refused: string | undefined
  let obtained: { readonly hash: string; readonly fetched: FetchedVector } | undefined
  /** Until when each is skipped. */
  const unavailable = new Map<string, number>()

  return {
    refused: () => refused,
    refuse(hash) {
      refused = hash
    },
    unavailable: () => (unavailable.size === 0 ? NONE : [...unavailable.keys()]),
    async obtain(hash, holders, abort) {
      if (obtained?.hash === hash) return obtained.fetched
      const fetched = await fetch(hash, holders, abort)
      if (fetched !== undefined) obtained = { hash, fetched }
      else unavailable.set(hash, clock.now() + ANNOUNCE_INTERVAL_MS)
      return fetched
    },
    review(isChosen) {
      if (refused !== undefined && !isChosen(refused)) refused = undefined
      for (const [hash, until] of unavailable) if (until <= clock.now()) unavailable.delete(hash)
    },
  }
}
