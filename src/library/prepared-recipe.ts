import type { AveragingRule } from '../averaging/rule.ts'
import { parseTopology } from '../averaging/topologies/registry.ts'
import type { Topology } from '../averaging/topology.ts'
import type { Split } from '../data/source.ts'
import { UsageError } from '../errors.ts'
import { parseRecipe, type Recipe, type RecipeInput, recipeHash } from '../recipe/recipe.ts'
import { fitData } from './fit-data.ts'
import { identifyModel } from './identify-model.ts'
import { type PeerAveraging, peerAveraging } from './peer-averaging.ts'

/** A recipe that has been read and found whole, with what follows from it: for a peer, a swarm, and every engine. */
export interface PreparedRecipe {
  /** With the digest of its model's file, where it has one. */
  readonly recipe: Recipe
  /** The recipe's SHA-256: the id of its swarm, before any seal. */
  readonly hash: string
  /** @throws UsageError where its edges are in a file, and not given */
  readonly topology: Topology
  /**
   * How deployed peers carry it out, real and virtual ones.
   *
   * @throws UsageError where they cannot, with what comes nearest
   */
  averaging(): PeerAveraging
  /** @throws UsageError where the topology has no place for so many peers */
  requirePeers(peers: number): void
  /**
   * The data as the recipe's model sees it.
   *
   * @throws DataMismatchError where it cannot take them
   */
  fitData(data: Split): Split
}

/** What is known beside the recipe. */
export interface PrepareOptions {
  /** The content of the topology's file, `file:EDGES`. */
  readonly edges?: string
  /** Whether the model is the caller's own, and its name in the recipe only a name. Default: no. */
  readonly isModelOwn?: boolean
  /** The rule that the recipe names, where it is the caller's own. */
  readonly rule?: AveragingRule
}

/**
 * @throws UsageError where the recipe cannot be; ModelFileError and ModelDigestError where the file of its model is missing, or
 * another one
 */
export async function prepareRecipe(
  given: RecipeInput,
  { edges, isModelOwn = false, rule }: PrepareOptions = {},
): Promise<PreparedRecipe> {
  const parsed = parseRecipe(given)
  const recipe = isModelOwn ? parsed : await identifyModel(parsed)
  const hash = recipeHash(recipe)
  let topology: Topology | undefined

  /** Not before it is asked for: its edges may be in a file that nobody has read yet. */
  function topologyOf(): Topology {
    topology ??= parseTopology(recipe.averaging.topology, { seed: hash, edges })
    return topology
  }

  return {
    recipe,
    hash,
    get topology() {
      return topologyOf()
    },
    averaging: () => peerAveraging(recipe, topologyOf(), rule),
    requirePeers(peers) {
      const misfit = topologyOf().misfit(peers)
      if (misfit !== undefined) throw new UsageError(misfit)
    },
    fitData: data => fitData(recipe, data),
  }
}
