import { parseTopology } from '../src/averaging/topologies/registry.ts'
import { adjacencyOf } from '../src/averaging/topology.ts'
import { type Recipe, recipeHash } from '../src/recipe/recipe.ts'

/** Two peers by their numbers, the smaller one first. */
export type PeerLink = readonly [from: number, to: number]

/**
 * Who may average with whom in a swarm, by its topology; undefined where that changes from round to round.
 *
 * @param edges the content of a topology's file, `file:EDGES`
 * @throws UsageError where the topology is impossible for so many peers, or its edges are in a file and not given
 */
export function fixedLinks(recipe: Recipe, peers: number, edges?: string): readonly PeerLink[] | undefined {
  const topology = parseTopology(recipe.averaging.topology, { seed: recipeHash(recipe), edges })
  if (topology.changes) return undefined
  const links = new Map<string, PeerLink>()
  for (const [i, neighbours] of adjacencyOf(topology, peers, 0).entries()) {
    for (const j of neighbours) links.set(`${Math.min(i, j)} ${Math.max(i, j)}`, [Math.min(i, j), Math.max(i, j)])
  }
  return [...links.values()]
}
