import { formsOf, isNameIn, type NameIn, PARTITIONS } from '../catalogue.ts'
import { PartitionError } from './errors.ts'
import { dirichlet } from './partitions/dirichlet.ts'
import { iid } from './partitions/iid.ts'
import type { Partition, PartitionKind } from './partitions/partition.ts'
import { quantity } from './partitions/quantity.ts'
import { shards } from './partitions/shards.ts'
import { sorted } from './partitions/sorted.ts'

export type { Partition } from './partitions/partition.ts'

// A new partition is one file in partitions/, one entry here, and one line in the catalogue.

const registry: Readonly<Record<NameIn<typeof PARTITIONS>, PartitionKind>> = {
  iid,
  dirichlet,
  shards,
  sorted,
  quantity,
}

/**
 * The partition that `text` names: `iid`, `dirichlet:ALPHA`, `shards:K` (K classes per peer), `sorted` (by class), or
 * `quantity:ALPHA` (other sizes, the same distribution).
 *
 * @throws PartitionError
 */
export function parsePartition(text: string): Partition {
  const [, name = text, , argument] = /^([^:]*)(:(.*))?$/s.exec(text) ?? []
  if (!isNameIn(registry, name)) {
    throw new PartitionError(`Unknown partition "${text}"; accepted: ${formsOf(PARTITIONS).join(', ')}`)
  }
  return registry[name].parse(argument)
}
