import { UsageError } from '../../errors.ts'
import { createRandom, type Random } from '../../random/random.ts'
import { type Adjacency, isConnected, type Topology } from '../topology.ts'
import { type Edge, undirectedGraph } from './edges.ts'

/**
 * Attempted switches for each edge, before the graph is looked at. Milo et al. (2003) find the distribution settled long
 * before this; see {@link switchEdges}.
 */
const SWITCHES_PER_EDGE = 10

/** Members come and go one by one, so a swarm's size moves among a few numbers; graphs of others can be made again. */
const REMEMBERED_GRAPHS = 16

/**
 * A connected random graph in which everyone has the same number of neighbours: sparse as a ring, and yet with a spectral
 * gap that does not shrink as the swarm grows (Friedman 2008). The same seed and number of peers give the same graph.
 */
export function randomRegular(degree: number, seed: number | string): Topology {
  const name = `random-regular:${degree}`
  const graphs = new Map<number, Adjacency>()

  function misfit(peers: number): string | undefined {
    const reason = regularMisfit('random-regular', degree, peers)
    if (reason === undefined && degree === 1 && peers > 2) {
      return `${name} cannot connect ${peers} peers; the nearest that works is random-regular:2`
    }
    return reason
  }

  function graph(peers: number): Adjacency {
    const known = graphs.get(peers)
    if (known) return known
    const reason = misfit(peers)
    if (reason) throw new UsageError(reason)
    const made = connectedRegularGraph(peers, degree, createRandom(`${seed}/${name}/${peers}`))
    if (graphs.size === REMEMBERED_GRAPHS) graphs.clear()
    graphs.set(peers, made)
    return made
  }

  return {
    name,
    symmetric: true,
    balanced: true,
    changes: false,
    misfit,
    neighbours: (peer, peers) => graph(peers)[peer],
  }
}

/** Why no graph gives everybody so many neighbours, and what would work. @param family what the degree is written after */
export function regularMisfit(family: string, degree: number, peers: number): string | undefined {
  const name = `${family}:${degree}`
  if (degree >= peers) {
    const nearest = peers > 1 ? `${family}:${peers - 1}` : 'ring'
    return `${name} needs at least ${degree + 1} peers, and there are ${peers}; the nearest that works is ${nearest}`
  }
  if ((degree * peers) % 2 === 1) {
    const nearest = [degree - 1, degree + 1].filter(even => even >= 2).map(even => `${family}:${even}`)
    return `${name} needs an even number of peers, and there are ${peers}; the nearest that work are ${nearest.join(' and ')}, or ${peers + 1} peers`
  }
  return undefined
}

function connectedRegularGraph(peers: number, degree: number, random: Random): Adjacency {
  if (degree === 2) return randomCycle(peers, random)
  const edges = latticeEdges(peers, degree)
  for (;;) {
    switchEdges(edges, peers, random)
    const adjacency = undirectedGraph(edges, peers)
    // Almost every random graph of degree 3 or more is connected, so this rarely goes round again.
    if (isConnected(adjacency)) return adjacency
  }
}

/** The connected 2-regular graphs are the cycles through everyone; in random order, each is as likely. */
function randomCycle(peers: number, random: Random): Adjacency {
  const order = random.shuffle(Int32Array.from({ length: peers }, (_, i) => i))
  const edges = Array.from(order, (peer, i): Edge => [peer, order[(i + 1) % peers]])
  return undirectedGraph(edges, peers)
}

/** A regular graph to start from: everyone is tied to the nearest on a circle, and for an odd degree to the one opposite. */
function latticeEdges(peers: number, degree: number): Edge[] {
  const edges: Edge[] = []
  for (let i = 0; i < peers; i++) {
    for (let offset = 1; offset <= Math.floor(degree / 2); offset++) edges.push([i, (i + offset) % peers])
    if (degree % 2 === 1 && i < peers / 2) edges.push([i, i + peers / 2])
  }
  return edges
}

/**
 * The switch chain: two random edges a–b, c–d become a–d, c–b wherever the graph stays simple. Its stationary distribution
 * is uniform over the simple regular graphs, and it mixes rapidly: Cooper, Dyer and Greenhill, "Sampling regular graphs
 * and a peer-to-peer network" (2007).
 */
function switchEdges(edges: Edge[], peers: number, random: Random): void {
  const key = (a: number, b: number) => Math.min(a, b) * peers + Math.max(a, b)
  const present = new Set(edges.map(([a, b]) => key(a, b)))
  for (let attempt = 0; attempt < SWITCHES_PER_EDGE * edges.length; attempt++) {
    const i = random.integer(edges.length)
    const j = random.integer(edges.length)
    const [a, b] = edges[i]
    const [c, d] = random.integer(2) === 0 ? edges[j] : [edges[j][1], edges[j][0]]
    if (a === d || c === b || present.has(key(a, d)) || present.has(key(c, b))) continue
    present.delete(key(a, b))
    present.delete(key(c, d))
    present.add(key(a, d))
    present.add(key(c, b))
    edges[i] = [a, d]
    edges[j] = [c, b]
  }
}
