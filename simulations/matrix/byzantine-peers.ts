import { UsageError } from '../../src/errors.ts'
import { createRandom } from '../../src/random/random.ts'
import type { Simulation } from '../options.ts'

/**
 * The byzantine peers, ascending: a share of all, chosen by the seed.
 *
 * @throws UsageError where that is none, or all
 */
export function chooseByzantinePeers({ byzantine, peers, seed }: Simulation): number[] {
  if (byzantine === undefined) return []
  const count = Math.round(byzantine.share * peers)
  if (count < 1 || count >= peers) {
    throw new UsageError(
      `a share of ${byzantine.share} of ${peers} peers is ${count}, and 1 to ${peers - 1} can be byzantine; ` +
        `the nearest that works is ${(count < 1 ? 1 : peers - 1) / peers}`,
    )
  }
  const order = createRandom(seed)
    .fork('byzantine')
    .shuffle(Int32Array.from({ length: peers }, (_, peer) => peer))
  return [...order.slice(0, count)].sort((a, b) => a - b)
}
