import { PartitionError } from './errors.ts'
import { dirichlet } from './partitions/dirichlet.ts'
import { iid } from './partitions/iid.ts'
import type { Partition, PartitionKind } from './partitions/partition.ts'

export type { Partition } from './partitions/partition.ts'

const PARTITIONS: ReadonlyMap<string, PartitionKind> = new Map([
  ['iid', iid],
  ['dirichlet', dirichlet],
])

/**
 * The partition that `text` names: `iid`, or `dirichlet:ALPHA`.
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
