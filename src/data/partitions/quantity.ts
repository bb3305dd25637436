import { parseAlpha } from './alpha.ts'
import { dealSkewed } from './dirichlet.ts'
import type { PartitionKind } from './partition.ts'

/**
 * Skewed sizes: the shares of all samples that the peers get are drawn from Dirichlet(α, …, α), and the samples at random,
 * so that every peer draws from the same distribution (the quantity skew of Li, Diao, Chen and He, "Federated learning on
 * non-IID data silos", 2022). It is the skew of classes where all samples are of one class.
 */
export const quantity: PartitionKind = {
  parse(argument) {
    const alpha = parseAlpha('quantity', argument)
    return (labels, peers, random) => dealSkewed(alpha, new Int32Array(labels.length), peers, random)
  },
}
