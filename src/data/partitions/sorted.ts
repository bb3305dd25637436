import { PartitionError } from '../errors.ts'
import { evenCuts, type Partition, type PartitionKind, requireEnough } from './partition.ts'

/**
 * The samples in order of their labels, cut into shards that differ by at most one sample: most peers see one class or two,
 * and neighbours by number see the same ones.
 */
export const sorted: PartitionKind = {
  parse(argument) {
    if (argument !== undefined) {
      throw new PartitionError(`"sorted:${argument}" is not a partition; sorted takes no argument`)
    }
    return dealSorted
  },
}

const dealSorted: Partition = (labels, peers, random) => {
  requireEnough(labels.length, peers)
  const order = random.shuffle(Int32Array.from(labels, (_, sample) => sample)).sort((a, b) => labels[a] - labels[b])
  return evenCuts(order, peers).map(shard => random.shuffle(shard))
}
