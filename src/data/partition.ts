import { PartitionError } from './errors.ts'
import { dirichlet } from './partitions/dirichlet.ts'
import { iid } from './partitions/iid.ts'
import type { Partition, PartitionKind } from './partitions/partition.ts'
import { quantity } from './partitions/quantity.ts'
import { shards } from './partitions/shards.ts'
import { sorted } from './partitions/sorted.ts'

export type { Partition } from './partitions/partition.ts'

const PARTITIONS: ReadonlyMap<string, PartitionKind> = new Map([
  ['iid', iid],
  ['dirichlet', dirichlet],
  ['shards', shards],
  ['sorted', sorted],
  ['quantity', quantity],
])

/**
 * The partition that `text` names: `iid`, `dirichlet:ALPHA`, `shards:K` (K classes per peer), `sorted` (by class), or
 * `quantity:ALPHA` (other sizes, the same distribution).
 *
 * @throws PartitionError
 */
export function parsePartition(text: string): Partition {
  const [, name = text, , argument] = /^([^:]*)(:(.*))?$/s.exec(text) ?? []
  const found = PARTITIONS.get(name)
  if (found === undefined) {
    const accepted = Array.from(PARTITIONS.values(), ({ form }) => form).join(', ')
    throw new PartitionError(`Unknown partition "${text}"; accepted: ${accepted}`)
  }
  return found.parse(argument)
}
