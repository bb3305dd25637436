import { balanceWeights, createSharedWeights } from '../data/class-weights.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Recipe } from '../recipe/recipe.ts'

/**
 * `[classes]`, in shared memory: how much samples of each class count, by the counts of all samples together. Undefined where the recipe has
 * them count alike.
 *
 * @param all samples of all peers, with the recipe's classes
 */
export function classWeightsOf({ training }: Recipe, { labels, classes }: Dataset): Float64Array | undefined {
  if (training.classWeights === undefined) return undefined
  const counts = new Float64Array(classes)
  for (const label of labels) counts[label]++
  const weights = createSharedWeights(classes)
  balanceWeights(weights, counts)
  return weights
}
