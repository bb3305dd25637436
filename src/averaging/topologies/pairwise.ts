import { createRandom, type Random } from '../../random/random.ts'
import type { Adjacency, Topology } from '../topology.ts'
import { rememberingOneRound } from './one-round.ts'

/**
 * In every round everybody has one other, drawn anew; of an odd number one rests.
 *
 * Boyd, Ghosh, Prabhakar and Shah, "Randomized Gossip Algorithms" (2006), in step: two rounds leave a quarter of the
 * variance, on average (Jelasity, Montresor and Babaoglu, "Gossip-based aggregation in large dynamic networks", 2005).
 */
export function pairwise(seed: number | string): Topology {
  const name = 'pairwise'
  const graph = rememberingOneRound((peers, round) =>
    randomMatching(peers, createRandom(`${seed}/${name}/${peers}/${round}`)),
  )
  return {
    name,
    symmetric: true,
    balanced: true,
    changes: true,
    misfit: () => undefined,
    neighbours: (peer, peers, round) => graph(peers, round)[peer],
  }
}

/** Each perfect matching as likely. */
function randomMatching(peers: number, random: Random): Adjacency {
  const order = random.shuffle(Int32Array.from({ length: peers }, (_, i) => i))
  const adjacency: (readonly number[])[] = new Array(peers)
  for (const [place, peer] of order.entries()) {
    const beside = place % 2 === 0 ? place + 1 : place - 1
    adjacency[peer] = beside < peers ? [order[beside]] : []
  }
  return adjacency
}
