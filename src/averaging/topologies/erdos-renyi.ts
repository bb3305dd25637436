import { UsageError } from '../../errors.ts'
import { createRandom, type Random } from '../../random/random.ts'
import { type Adjacency, isConnected, type Topology } from '../topology.ts'
import { type Edge, undirectedGraph } from './edges.ts'

/** Graphs that are drawn before the probability counts as too small: with the threshold below, one of 20 would do. */
const TRIES = 200

/** Peers without neighbours, on average, above which no graph is drawn: hardly one in 20 would be connected. */
const MOST_ISOLATED = 3

/** Members come and go one by one, so a swarm's size moves among a few numbers; graphs of others can be made again. */
const REMEMBERED_GRAPHS = 16

/**
 * Every pair is tied with the same probability (Erdős and Rényi 1959; Gilbert 1959), given that the graph is connected:
 * one that is not is drawn again. The same seed and number of peers give the same graph.
 */
export function erdosRenyi(probability: number, seed: number | string): Topology {
  const name = `erdos-renyi:${inDigits(probability)}`
  const graphs = new Map<number, Adjacency | undefined>()

  function graph(peers: number): Adjacency | undefined {
    if (graphs.has(peers)) return graphs.get(peers)
    const made = connectedGraph(peers, probability, createRandom(`${seed}/${name}/${peers}`))
    if (graphs.size === REMEMBERED_GRAPHS) graphs.clear()
    graphs.set(peers, made)
    return made
  }

  function misfit(peers: number): string | undefined {
    if (graph(peers) !== undefined) return undefined
    return `${name} leaves some of ${peers} peers without a way to the others; the nearest that works is erdos-renyi:${inDigits(enough(peers))}`
  }

  return {
    name,
    symmetric: true,
    balanced: true,
    changes: false,
    misfit,
    neighbours(peer, peers) {
      const made = graph(peers)
      if (made === undefined) throw new UsageError(misfit(peers))
      return made[peer]
    },
  }
}

/** The notation of topologies: small numbers, too, without an exponent. */
function inDigits(probability: number): string {
  const [, whole, fraction = '', exponent] = /^(\d)(?:\.(\d+))?e-(\d+)$/.exec(String(probability)) ?? []
  return exponent === undefined ? String(probability) : `0.${'0'.repeat(Number(exponent) - 1)}${whole}${fraction}`
}

/** Undefined where none is found. */
function connectedGraph(peers: number, probability: number, random: Random): Adjacency | undefined {
  if (peers * (1 - probability) ** (peers - 1) > MOST_ISOLATED) return undefined
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const adjacency = undirectedGraph(randomPairs(peers, probability, random), peers)
    if (isConnected(adjacency)) return adjacency
  }
  return undefined
}

/**
 * Each pair with this probability, in time that grows with those that are drawn: how many are skipped is geometric
 * (Batagelj and Brandes, "Efficient generation of large random networks", 2005).
 */
function* randomPairs(peers: number, probability: number, random: Random): Generator<Edge> {
  const skip = () => Math.floor(Math.log(1 - random.uniform()) / Math.log(1 - probability))
  let [i, j] = [1, skip()]
  while (i < peers) {
    while (j >= i && i < peers) {
      j -= i
      i++
    }
    if (i < peers) yield [j, i]
    j += 1 + skip()
  }
}

/** ln n / n, where a graph is about as likely connected as not, rounded up to two digits. */
function enough(peers: number): number {
  const threshold = Math.log(peers) / peers
  const digits = 10 ** (1 - Math.floor(Math.log10(threshold)))
  return Math.ceil(threshold * digits) / digits
}
