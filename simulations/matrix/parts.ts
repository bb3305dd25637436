import type { Aggregator } from '../../src/averaging/aggregator.ts'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { parseAggregator } from '../../src/averaging/aggregators/registry.ts'
import type { AveragingRule } from '../../src/averaging/rule.ts'
import { chosenRule } from '../../src/averaging/rules/chosen-rule.ts'
import { parseTopology } from '../../src/averaging/topologies/registry.ts'
import type { Topology } from '../../src/averaging/topology.ts'
import { UsageError } from '../../src/errors.ts'
import { parseCodec } from '../../src/parameters/codecs/registry.ts'
import { AUTO_COMPRESSION, type Recipe } from '../../src/recipe/recipe.ts'

/** The parts that a recipe names. */
export interface Parts {
  readonly rule: AveragingRule
  readonly aggregator: Aggregator
  readonly topology: Topology
}

/** A recipe, with what it leaves to the run. */
interface PartsSource {
  readonly recipe: Recipe
  /** The recipe's hash. */
  readonly swarm: string
  /** Content of the file that the topology names, where it names one. */
  readonly edges: string | undefined
  /** The rule that it names, where it is the caller's own. */
  readonly rule: AveragingRule | undefined
}

/**
 * @param fastMean stands in for the plain mean
 * @throws UsageError for a name that nothing has
 */
export function partsOf({ recipe, swarm, edges, rule: own }: PartsSource, fastMean: Aggregator = mean): Parts {
  const { averaging, exchange } = recipe
  if (exchange.compression === AUTO_COMPRESSION) {
    throw new UsageError(
      'the compression auto follows from how fast a network is, and the matrix engine has none: name a codec, or take --engine virtual',
    )
  }
  if (exchange.fragments !== undefined && exchange.fragments > 1) {
    throw new UsageError(
      'exchange.fragments is for peers that exchange in pairs, with --engine virtual or libp2p; in the matrix engine the rule mosaic sends fragments',
    )
  }
  const named = parseAggregator(averaging.aggregator)
  const aggregator = named === mean ? fastMean : named
  const rule = chosenRule(averaging.rule, own, { aggregator, codec: parseCodec(exchange.compression) })
  return { rule, aggregator, topology: parseTopology(averaging.topology, { seed: swarm, edges }) }
}
