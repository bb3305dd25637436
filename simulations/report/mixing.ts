import { parseAggregator } from '../../src/averaging/aggregators/registry.ts'
import type { MixingNeed } from '../../src/averaging/rule.ts'
import { parseRule } from '../../src/averaging/rules/registry.ts'
import { parseCodec } from '../../src/parameters/codecs/registry.ts'
import type { Recipe } from '../../src/recipe/recipe.ts'

/** The mixing that a recipe's rule needs: which peers hear which in a round. */
export function mixingOf({ averaging, exchange }: Recipe): MixingNeed {
  const parts = { aggregator: parseAggregator(averaging.aggregator), codec: parseCodec(exchange.compression) }
  return parseRule(averaging.rule, parts).mixing
}
