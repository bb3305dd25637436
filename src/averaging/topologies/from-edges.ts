import { UsageError } from '../../errors.ts'
import { type Adjacency, isConnected, reversed, type Topology } from '../topology.ts'
import { directedGraph, type Edge, undirectedGraph } from './edges.ts'

/** The line that says that edges go one way. */
const DIRECTED = 'directed'

/**
 * A graph of one's own. Every line of the text has two peers, numbered from 0, that are tied: `0 1`. After a line `directed`
 * the first sends and the second hears it. The rest of a line after `#` is for people.
 *
 * @param name what the topology is to be called
 * @throws UsageError naming the line that is wrong
 */
export function fromEdges(name: string, text: string): Topology {
  const { edges, directed } = parseEdges(name, text)
  const size = edges.reduce((largest, [a, b]) => Math.max(largest, a, b), 0) + 1
  const adjacency = directed ? directedGraph(edges, size) : undirectedGraph(edges, size)
  const heardBy = reversed(adjacency)

  function misfit(peers: number): string | undefined {
    if (peers !== size) return `${name} ties ${size} peers, and there are ${peers}; what works is ${size} peers`
    const apart = firstApart(adjacency, heardBy)
    if (apart === undefined) return undefined
    return `${name} has no way between peer 0 and peer ${apart}; what works is a graph in one piece`
  }

  return {
    name,
    symmetric: adjacency.every((neighbours, i) => neighbours.join() === heardBy[i].join()),
    balanced: adjacency.every((neighbours, i) => neighbours.length === heardBy[i].length),
    changes: false,
    misfit,
    neighbours(peer, peers) {
      const reason = misfit(peers)
      if (reason !== undefined) throw new UsageError(reason)
      return adjacency[peer]
    },
  }
}

function parseEdges(name: string, text: string): { edges: Edge[]; directed: boolean } {
  const edges: Edge[] = []
  const seen = new Set<string>()
  let directed = false
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const content = line.replace(/#.*/, '').trim()
    if (content === '') continue
    if (content === DIRECTED && edges.length === 0) {
      directed = true
      continue
    }
    const [, from, to] = /^(\d{1,6})[\s,]+(\d{1,6})$/.exec(content) ?? []
    if (from === undefined || from === to) {
      throw new UsageError(
        `${name}, line ${at + 1}: "${content}" is no edge; expected two different peers, as "0 1", numbered from 0` +
          (content === DIRECTED ? '; the line "directed" comes before all edges' : ''),
      )
    }
    const edge: Edge = [Number(from), Number(to)]
    const key = (directed ? edge : edge.toSorted((a, b) => a - b)).join()
    // Twice the same edge is the same graph; many programs write an undirected edge in both directions.
    if (!seen.has(key)) edges.push(edge)
    seen.add(key)
  }
  if (edges.length === 0) throw new UsageError(`${name} has no edges; expected lines of two peers, as "0 1"`)
  return { edges, directed }
}

/** The first peer without a way to the first of all, whichever way edges go. */
function firstApart(adjacency: Adjacency, heardBy: Adjacency): number | undefined {
  const either = adjacency.map((neighbours, i) => [...neighbours, ...heardBy[i]])
  if (isConnected(either)) return undefined
  const reached = new Set([0])
  for (const peer of reached) for (const neighbour of either[peer]) reached.add(neighbour)
  return either.findIndex((_, peer) => !reached.has(peer))
}
