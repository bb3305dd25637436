import type { Topology } from '../topology.ts'
import { baseGraph, type WeightedRound } from './base-graph.ts'
import { rememberingOneRound } from './one-round.ts'

/**
 * Exact averages of any number of peers after a few rounds, in which nobody has more than k neighbours: the Base-(k + 1)
 * graph of Takezawa et al. (2023), over and over. Some rest in some rounds.
 */
export function baseK(k: number): Topology {
  const sequence = rememberingOneRound(peers => baseGraph(peers, k))
  const row = rememberingOneRound((peers, round) => {
    const rounds = sequence(peers, 0)
    return rowsOf(rounds.length === 0 ? () => {} : rounds[round % rounds.length], peers)
  })
  return {
    name: `base-k:${k}`,
    symmetric: true,
    balanced: true,
    changes: true,
    misfit: () => undefined,
    neighbours: (peer, peers, round) => row(peers, round)[peer].map(({ neighbour }) => neighbour),
    weights: (peer, peers, round) => row(peers, round)[peer].map(({ weight }) => weight),
  }
}

interface WeightedNeighbour {
  readonly neighbour: number
  readonly weight: number
}

function rowsOf(round: WeightedRound, peers: number): readonly (readonly WeightedNeighbour[])[] {
  const rows: WeightedNeighbour[][] = Array.from({ length: peers }, () => [])
  round((i, j, weight) => {
    rows[i].push({ neighbour: j, weight })
    rows[j].push({ neighbour: i, weight })
  })
  for (const row of rows) row.sort((a, b) => a.neighbour - b.neighbour)
  return rows
}
