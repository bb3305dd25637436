/**
 * The vector that a recipe begins from by its hash. Peers that were given it hand it out to those that were not; nobody takes part before
 * it has it, so whoever announces itself has it.
 *
 * @packageDocumentation
 */

import type { Membership } from '../membership/membership.ts'
import type { AbortOptions } from '../ports.ts'
import type { FetchedVector } from './fetch.ts'
import { createStateSync, type StateSyncOptions } from './state-sync.ts'

/** What the core is told of it. */
export interface InitialVectorOptions {
  /** SHA-256 of its little-endian float32 values, as lower-case hex. */
  readonly hash: string
  /** Elements: those of the whole model, what is frozen in it too. */
  readonly length: number
  /** `[length]`; absent where this peer was not given it. */
  readonly vector?: Float32Array
  /** Takes what was fetched, which has the hash, before anything begins from it. */
  readonly take: (vector: Float32Array) => Promise<void>
}

export interface InitialVector {
  /** Whether this peer must fetch it before it takes part. */
  missing(): boolean
  /** Asks the members. @returns whether it is there */
  fetch(options: AbortOptions): Promise<boolean>
  /** This peer's vector with that hash, the initial one among them; its parameters where none is named. */
  held(hash: string | undefined): FetchedVector | undefined
  /** Bytes that have arrived here on the streams on which it was fetched. */
  fetchedBytes(): number
}

export interface InitialVectorParts extends Omit<StateSyncOptions, 'length' | 'maximumNorm'> {
  /** Undefined where the recipe names none. */
  readonly from: InitialVectorOptions | undefined
  readonly membership: Membership
}

export function createInitialVector({ from, ...parts }: InitialVectorParts): InitialVector {
  if (from === undefined)
    return { missing: () => false, fetch: async () => true, held: parts.held, fetchedBytes: () => 0 }
  const { hash, length, take } = from
  let { vector } = from
  // What is frozen in it counts for no norm, and its hash says that it is what the recipe means.
  const sync = createStateSync({ ...parts, length, maximumNorm: Number.POSITIVE_INFINITY, held: () => undefined })

  return {
    missing: () => vector === undefined,
    async fetch(abort) {
      const holders = parts.membership.alive().map(({ peer }) => peer)
      const fetched = holders.length === 0 ? undefined : await sync.withHash(hash, holders, abort)
      if (fetched === undefined) return false
      await take(fetched.vector)
      vector = fetched.vector
      return true
    },
    held: wanted => (wanted === hash && vector !== undefined ? { vector, age: 0 } : parts.held(wanted)),
    fetchedBytes: sync.fetchedBytes,
  }
}
