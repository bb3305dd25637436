import { PartitionError } from '../errors.ts'
import { evenCuts, type Partition, type PartitionKind, requireEnough } from './partition.ts'

/** Every peer draws from the same distribution: samples are shuffled and dealt in shares that differ by at most one. */
export const iid: PartitionKind = {
  parse(argument) {
    if (argument !== undefined) throw new PartitionError(`"iid:${argument}" is not a partition; iid takes no argument`)
    return dealEvenly
  },
}

const dealEvenly: Partition = (labels, peers, random) => {
  requireEnough(labels.length, peers)
  const order = random.shuffle(Int32Array.from(labels, (_, sample) => sample))
  return evenCuts(order, peers)
}
