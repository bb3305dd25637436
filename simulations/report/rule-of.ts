import { parseAggregator } from '../../src/averaging/aggregators/registry.ts'
import type { AveragingRule } from '../../src/averaging/rule.ts'
import { parseRule } from '../../src/averaging/rules/registry.ts'
import { parseCodec } from '../../src/parameters/codecs/registry.ts'
import type { Recipe } from '../../src/recipe/recipe.ts'

/** A recipe's rule, by which its rounds averaged. */
export function ruleOf({ averaging, exchange }: Recipe): AveragingRule {
  const parts = { aggregator: parseAggregator(averaging.aggregator), codec: parseCodec(exchange.compression) }
  return parseRule(averaging.rule, parts)
}
