import type { Random } from '../../random/random.ts'
import { PartitionError } from '../errors.ts'

/**
 * Deals samples to peers. Every sample is in exactly one shard, and no shard is empty. The order within a shard is
 * random, so that the first samples of a shard have its classes mixed.
 *
 * @param labels `[samples]`
 * @returns `[peers]` lists of indices into `labels`
 * @throws PartitionError where there are fewer samples than peers
 */
export type Partition = (labels: Int32Array, peers: number, random: Random) => Int32Array[]

/** A kind of partition. To add one: a file that exports one of these, a line in `partition.ts`, and one in the catalogue. */
export interface PartitionKind {
  /** @param argument what follows the first colon; undefined where there is none */
  parse(argument: string | undefined): Partition
}

/** @throws PartitionError where `samples` cannot be dealt to `peers` so that each has one */
export function requireEnough(samples: number, peers: number): void {
  if (!Number.isSafeInteger(peers) || peers < 1) {
    throw new PartitionError(`Cannot deal samples to ${peers} peers; expected a whole number above 0`)
  }
  if (peers > samples) {
    throw new PartitionError(`Cannot deal ${samples} samples to ${peers} peers; expected at least one for each`)
  }
}

/** Cuts a list into `parts` of its own, in order, whose lengths differ by at most one. */
export function evenCuts(samples: Int32Array, parts: number): Int32Array[] {
  const cut = (part: number) => Math.floor((part * samples.length) / parts)
  return Array.from({ length: parts }, (_, part) => samples.slice(cut(part), cut(part + 1)))
}
