import type { Random } from '../../src/random/random.ts'
import type { NetworkSplit } from '../environment.ts'
import type { World } from './world.ts'

/** Sets in motion that the network falls into two parts, and heals. */
export function scheduleSplits(
  { clock, network, simulatedPeers }: World,
  splits: readonly NetworkSplit[],
  random: Random,
): void {
  for (const { at, until, share } of splits) {
    const order = random.shuffle(simulatedPeers.map(({ peer }) => peer))
    const part = new Set(order.slice(0, shareOf(share, order.length)))
    clock.after(1_000 * at, () => network.split(part))
    clock.after(1_000 * until, () => network.split())
  }
}

/** How many peers are a share of all. */
export function shareOf(share: number, peers: number): number {
  return Math.round(share * peers)
}
