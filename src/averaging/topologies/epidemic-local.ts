import { UsageError } from '../../errors.ts'
import { createRandom, type Random } from '../../random/random.ts'
import type { Adjacency, Topology } from '../topology.ts'
import { directedGraph, type Edge } from './edges.ts'
import { rememberingOneRound } from './one-round.ts'

/**
 * EL-Local: in every round everybody sends to s others that it draws by itself, and averages its own parameters with those
 * that arrived, of which there may be none. Nobody needs to be asked, and so the mean is kept on average only.
 *
 * De Vos et al., "Epidemic Learning: Boosting Decentralized Learning with Randomized Communication" (2023). Of the
 * disagreement ‖x − x̄‖² a round leaves (1 − (1 − s / (n − 1))^n) / s − 1 / (n − 1), on average.
 */
export function epidemicLocal(sends: number, seed: number | string): Topology {
  const name = `epidemic-local:${sends}`

  function misfit(peers: number): string | undefined {
    if (sends < peers) return undefined
    const nearest = peers > 1 ? `epidemic-local:${peers - 1}` : 'ring'
    return `${name} needs at least ${sends + 1} peers, and there are ${peers}; the nearest that works is ${nearest}`
  }

  const graph = rememberingOneRound((peers, round) => {
    const reason = misfit(peers)
    if (reason !== undefined) throw new UsageError(reason)
    return sendAnywhere(peers, sends, createRandom(`${seed}/${name}/${peers}/${round}`))
  })
  return {
    name,
    symmetric: false,
    balanced: false,
    balancedOnAverage: true,
    changes: true,
    misfit,
    neighbours: (peer, peers, round) => graph(peers, round)[peer],
  }
}

function sendAnywhere(peers: number, sends: number, random: Random): Adjacency {
  const edges: Edge[] = []
  for (let peer = 0; peer < peers; peer++) {
    for (const other of differentNumbers(sends, peers - 1, random)) edges.push([peer, other < peer ? other : other + 1])
  }
  return directedGraph(edges, peers)
}

/** So many of 0 … below − 1, each set as likely: Floyd's sampling (Bentley and Floyd, "A sample of brilliance", 1987). */
function differentNumbers(count: number, below: number, random: Random): ReadonlySet<number> {
  const drawn = new Set<number>()
  for (let last = below - count; last < below; last++) {
    const number = random.integer(last + 1)
    drawn.add(drawn.has(number) ? last : number)
  }
  return drawn
}
