import { type Dataset, samples, subset, targets } from '../src/data/dataset.ts'

/** Labels in it, at most: on so many a share is known within a percent. */
const MOST_LABELS = 10_000

/**
 * What a swarm is judged by while it trains: the test set, or of a large one a part, evenly spread. A text's test set has
 * a hundred thousand labels, and judging every peer by all of them takes longer than training.
 */
export function progressSet(test: Dataset): Dataset {
  const most = Math.max(1, Math.floor(MOST_LABELS / targets(test)))
  const all = samples(test)
  if (all <= most) return test
  return subset(
    test,
    Int32Array.from({ length: most }, (_, i) => Math.floor((i * all) / most)),
  )
}
