import { mean } from '../averaging/aggregators/mean.ts'
import { parseAggregator } from '../averaging/aggregators/registry.ts'
import { type AveragingRule, isLive, type LiveRule } from '../averaging/rule.ts'
import { adpsgd } from '../averaging/rules/adpsgd.ts'
import { chosenRule } from '../averaging/rules/chosen-rule.ts'
import { dpsgd } from '../averaging/rules/dpsgd.ts'
import { peerRuleNames, plainParts, rulesThat } from '../averaging/rules/registry.ts'
import { complete } from '../averaging/topologies/complete.ts'
import { edgesFileOf, parseTopology } from '../averaging/topologies/registry.ts'
import type { Topology } from '../averaging/topology.ts'
import { AUTO_COMPRESSION } from '../catalogue.ts'
import { UsageError } from '../errors.ts'
import { none } from '../parameters/codecs/none.ts'
import { parseCodec } from '../parameters/codecs/registry.ts'
import type { Recipe, RecipeInput } from '../recipe/recipe.ts'

/** How the peers of a recipe average, and how parameters travel. */
export interface PeerAveraging {
  readonly rule: LiveRule
  /** The name of a codec, or `auto`. */
  readonly compression: string
  readonly fragments: number
  /** Whether a peer's parameters count by its samples. */
  readonly bySamples: boolean
  /** How merges are clipped, where they are: see `GossipOptions.clipping`. */
  readonly clipping?: { readonly radius?: number }
}

/**
 * The averaging rule for a recipe of which nobody has said one: D-PSGD, by measurement (decision 007), where it can be carried out.
 * It needs links that go both ways, and whole models.
 */
export function recommendedRule({ averaging, exchange }: RecipeInput): string {
  const topology = averaging?.topology ?? complete.name
  // The edges of the topology are in a file that has not been read yet.
  if (edgesFileOf(topology) !== undefined || (exchange?.fragments ?? 1) > 1) return adpsgd.name
  return parseTopology(topology, { seed: '' }).symmetric ? dpsgd(mean).name : adpsgd.name
}

/**
 * How peers of this recipe average.
 *
 * @param topology the recipe's, where it has been read
 * @param own the rule that the recipe names, where it is the caller's own
 * @throws UsageError for what the two-sided exchange cannot carry out, with what comes nearest
 */
export function peerAveraging(
  recipe: Recipe,
  topology = parseTopology(recipe.averaging.topology, { seed: '' }),
  own?: AveragingRule,
): PeerAveraging {
  const { weights } = recipe.averaging
  const rule = chosenRule(recipe.averaging.rule, own, plainParts)
  if (!isLive(rule)) {
    if (own !== undefined) {
      throw new UsageError(
        `the rule ${own.name} does not say how peers carry it out (live); simulate with the engine matrix runs every rule`,
      )
    }
    throw new UsageError(
      `peers do not exchange by the rule ${rule.name}, but by ${peerRuleNames.join(', ')}; hearsay simulate --engine matrix runs every rule`,
    )
  }
  const clipping = clippingOf(recipe, rule)
  const { compression, localSteps, fragments = 1 } = recipe.exchange
  if (compression !== AUTO_COMPRESSION) parseCodec(compression)
  const misfit = rule.live.misfit?.({ topology, localSteps }) ?? misfitOf(rule, recipe, topology)
  if (misfit !== undefined) throw new UsageError(misfit)
  return { rule, compression, fragments, bySamples: weights === 'samples', ...(clipping && { clipping }) }
}

/** @throws UsageError for aggregators that are not of two at a time, and where nothing is trained by which a radius could go */
function clippingOf({ averaging, training }: Recipe, rule: LiveRule): PeerAveraging['clipping'] {
  const aggregator = parseAggregator(averaging.aggregator)
  if (aggregator.name === mean.name || rule.live.schedule === 'alone') return undefined
  const { clips } = aggregator
  if (clips === undefined) {
    throw new UsageError(
      `peers merge two at a time, by ${mean.name} or clipped, and not by the aggregator ${aggregator.name}; hearsay simulate --engine matrix runs every aggregator`,
    )
  }
  if (training.steps === 0) {
    throw new UsageError(
      `the aggregator ${aggregator.name} goes by how far training moves a model, and the recipe trains nothing: write averaging.aggregator ${mean.name}`,
    )
  }
  return clips
}

/** Why no rule of this kind can be carried out so, and what comes nearest. */
function misfitOf(
  { name, live, travels }: LiveRule,
  { averaging, exchange }: Recipe,
  topology: Topology,
): string | undefined {
  const { compression, fragments = 1 } = exchange
  if (live.schedule === 'rounds' && fragments > 1) {
    return `the rule ${name} averages whole models in step; for exchange.fragments take ${nearest(isDivisible)}`
  }
  if (live.schedule === 'rounds' && !topology.symmetric) {
    return `peers average by ${name} over links that go both ways; ${topology.name} is directed: take ring, complete or random-regular:4`
  }
  if (live.schedule === 'pairs' && travels === 'exact' && (fragments > 1 || compression !== none.name)) {
    const field = fragments > 1 ? 'exchange.fragments' : `exchange.compression ${compression}`
    return `peers merge whole models by ${name}, as they are; for ${field} take ${nearest(isDivisible)}`
  }
  if (live.share !== undefined && averaging.weights === 'samples') {
    return `the rule ${name} has its own measure of who counts for more; for averaging.weights samples take ${nearest(hasMean)}`
  }
  return undefined
}

const isDivisible = ({ live, travels }: AveragingRule) => live?.schedule === 'pairs' && travels !== 'exact'
const hasMean = ({ live }: AveragingRule) => live !== undefined && live.schedule !== 'alone' && live.share === undefined
const nearest = (holds: (rule: AveragingRule) => boolean) => rulesThat(holds).join(' or ')
