import type { Adjacency } from '../topology.ts'

/** Two peers; which is first matters only where edges are directed. */
export type Edge = readonly [number, number]

/** The undirected graph with these edges; each is to be there once. */
export function undirectedGraph(edges: Iterable<Edge>, peers: number): Adjacency {
  const adjacency: number[][] = Array.from({ length: peers }, () => [])
  for (const [a, b] of edges) {
    adjacency[a].push(b)
    adjacency[b].push(a)
  }
  return sortedRows(adjacency)
}

/** The directed graph in which the second of an edge hears the first. */
export function directedGraph(edges: Iterable<Edge>, peers: number): Adjacency {
  const adjacency: number[][] = Array.from({ length: peers }, () => [])
  for (const [from, to] of edges) adjacency[to].push(from)
  return sortedRows(adjacency)
}

function sortedRows(adjacency: number[][]): Adjacency {
  for (const neighbours of adjacency) neighbours.sort((a, b) => a - b)
  return adjacency
}
