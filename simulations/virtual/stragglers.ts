import type { Random } from '../../src/random/random.ts'
import type { Stragglers } from '../environment.ts'
import { shareOf } from './splits.ts'

/** How many times slower each peer is, by its index. */
export interface Slowness {
  training(index: number): number
  links(index: number): number
}

export function drawStragglers(stragglers: Stragglers | undefined, peers: number, random: Random): Slowness {
  if (stragglers === undefined) return { training: () => 1, links: () => 1 }
  const { share, training = 1, links = 1 } = stragglers
  const order = random.shuffle(Array.from({ length: peers }, (_, index) => index))
  const slow = new Set(order.slice(0, shareOf(share, peers)))
  return {
    training: index => (slow.has(index) ? training : 1),
    links: index => (slow.has(index) ? links : 1),
  }
}
