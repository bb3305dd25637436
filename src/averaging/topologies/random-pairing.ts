import type { Random } from '../../random/random.ts'
import type { Adjacency } from '../topology.ts'

/** Switches that are tried for each end of an edge before everything is dealt again. Sparse graphs need far fewer. */
const TRIES_PER_END = 10

/**
 * A random graph in which everybody has `degree` neighbours, connected or not: in linear time, for callers that need another
 * one in every round. Everybody's ends of edges are shuffled and paired (Bollobás 1980); an edge from a peer to itself, or
 * the second between two, is repaired by a switch with another. All peers are alike in this, so the law of the graph is the
 * same whoever is called what; it is uniform but for the few switches.
 *
 * @param degree below the number of peers; `peers · degree` even
 */
export function randomPairing(peers: number, degree: number, random: Random): Adjacency {
  // Few places for switches are left in a dense graph, and many in what it lacks.
  if (2 * degree > peers - 1) return complement(randomPairing(peers, peers - 1 - degree, random))
  for (;;) {
    const ends = random.shuffle(Int32Array.from({ length: peers * degree }, (_, end) => Math.floor(end / degree)))
    const adjacency = simpleGraph(ends, peers, random)
    if (adjacency !== undefined) return adjacency
  }
}

/** @param ends of edges, two and two; changed where edges are repaired. @returns undefined where some could not be */
function simpleGraph(ends: Int32Array, peers: number, random: Random): Adjacency | undefined {
  const adjacency: number[][] = Array.from({ length: peers }, () => [])
  const bad = new Set<number>()
  const possible = (a: number, b: number) => a !== b && !adjacency[a].includes(b)
  const tie = (a: number, b: number) => {
    adjacency[a].push(b)
    adjacency[b].push(a)
  }
  for (let edge = 0; edge < ends.length; edge += 2) {
    if (possible(ends[edge], ends[edge + 1])) tie(ends[edge], ends[edge + 1])
    else bad.add(edge)
  }
  for (let tries = TRIES_PER_END * ends.length; bad.size > 0; tries--) {
    if (tries === 0) return undefined
    const [edge] = bad
    const other = 2 * random.integer(ends.length / 2)
    if (bad.has(other)) continue
    const flip = random.integer(2)
    const [a, b, c, d] = [ends[edge], ends[edge + 1], ends[other + flip], ends[other + 1 - flip]]
    if (!possible(a, d) || !possible(c, b)) continue
    remove(adjacency[c], d)
    remove(adjacency[d], c)
    tie(a, d)
    tie(c, b)
    ends.set([a, d], edge)
    ends.set([c, b], other)
    bad.delete(edge)
  }
  for (const neighbours of adjacency) neighbours.sort((a, b) => a - b)
  return adjacency
}

function remove(from: number[], item: number): void {
  from.splice(from.indexOf(item), 1)
}

/** Whom everybody is not tied to. */
function complement(adjacency: Adjacency): Adjacency {
  return adjacency.map((neighbours, i) => {
    const tied = new Set(neighbours)
    return Array.from(adjacency.keys()).filter(j => j !== i && !tied.has(j))
  })
}
