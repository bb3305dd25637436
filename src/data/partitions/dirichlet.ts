import type { Random } from '../../random/random.ts'
import { MAXIMUM_REDRAWS, MINIMUM_SHARD_SAMPLES } from '../constants.ts'
import { parseAlpha } from './alpha.ts'
import { samplesByClass } from './classes.ts'
import { type Partition, type PartitionKind, requireEnough } from './partition.ts'

/**
 * Skewed classes: for each class, the shares of its samples that the peers get are drawn from Dirichlet(α, …, α). A small α
 * gives each class to few peers; a large one tends to even shares. Dirichlet skew was proposed by Hsu, Qi and Brown,
 * "Measuring the effects of non-identical data distribution for federated visual classification" (2019); drawing class
 * by class over the peers, and redrawing where a shard is too small, follows Li, Diao, Chen and He, "Federated learning
 * on non-IID data silos" (2022).
 */
export const dirichlet: PartitionKind = {
  parse(argument) {
    const alpha = parseAlpha('dirichlet', argument)
    return (labels, peers, random) => dealSkewed(alpha, labels, peers, random)
  },
}

export function dealSkewed(alpha: number, ...[labels, peers, random]: Parameters<Partition>): Int32Array[] {
  requireEnough(labels.length, peers)
  const minimum = Math.min(MINIMUM_SHARD_SAMPLES, Math.floor(labels.length / peers))
  const classes = samplesByClass(labels)
  for (const samples of classes) random.shuffle(samples)

  const cuts = drawCuts(alpha, classes, peers, minimum, random)
  const shards = Array.from({ length: peers }, (_, peer) =>
    random.shuffle(classes.flatMap((samples, c) => samples.slice(cuts[c]?.[peer], cuts[c]?.[peer + 1]))),
  )
  fillUp(shards, minimum)
  return shards.map(shard => Int32Array.from(shard))
}

/**
 * For each class, where its samples are cut: peer i gets those from `cuts[i]` up to `cuts[i + 1]`. Draws anew while a
 * shard is below `minimum`, and gives back the last draw, good or not, when it has tried often enough.
 *
 * @returns `[classes, peers + 1]`
 */
function drawCuts(alpha: number, classes: number[][], peers: number, minimum: number, random: Random): Int32Array[] {
  for (let redraws = 0; ; redraws++) {
    const cuts = classes.map(({ length }) => {
      let sum = 0
      const shares = random.dirichlet(alpha, peers)
      // The shares' sum may round to just below 1, and no sample may fall off the end.
      return Int32Array.from({ length: peers + 1 }, (_, peer) => {
        if (peer === peers) return length
        const cut = Math.min(length, Math.round(sum * length))
        sum += shares[peer] as number
        return cut
      })
    })
    const size = (peer: number) => cuts.reduce((sum, cut) => sum + (cut[peer + 1] as number) - (cut[peer] as number), 0)
    const enough = Array.from({ length: peers }, (_, peer) => size(peer)).every(found => found >= minimum)
    if (enough || redraws === MAXIMUM_REDRAWS) return cuts
  }
}

/**
 * Fills the shards below `minimum` with samples from the ends of the largest ones, which are levelled to one height, so
 * that nobody gives more than it must.
 */
function fillUp(shards: number[][], minimum: number): void {
  const missing = shards.reduce((sum, { length }) => sum + Math.max(0, minimum - length), 0)
  if (missing === 0) return
  const above = (level: number) => shards.reduce((sum, { length }) => sum + Math.max(0, length - level), 0)
  // Bisection for the highest level above which there is enough. It is never below the minimum: all samples together
  // are at least the minimum for each peer.
  let level = minimum
  let tooHigh = shards.reduce((max, { length }) => Math.max(max, length), 0)
  while (tooHigh - level > 1) {
    const middle = Math.floor((level + tooHigh) / 2)
    if (above(middle) >= missing) level = middle
    else tooHigh = middle
  }
  const moved: number[] = []
  for (const shard of shards) {
    const give = Math.min(Math.max(0, shard.length - level), missing - moved.length)
    for (let i = 0; i < give; i++) moved.push(shard.pop() as number)
  }
  for (const shard of shards) {
    while (shard.length < minimum) shard.push(moved.pop() as number)
  }
}
