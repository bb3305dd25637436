import { parseAggregator } from '../../src/averaging/aggregators/registry.ts'
import type { AveragingRule } from '../../src/averaging/rule.ts'
import { isRuleName, parseRule } from '../../src/averaging/rules/registry.ts'
import { parseCodec } from '../../src/parameters/codecs/registry.ts'
import type { Recipe } from '../../src/recipe/recipe.ts'

/** A recipe's rule, by which its rounds averaged; undefined of one that somebody brought, of which a result has the name alone. */
export function ruleOf({ averaging, exchange }: Recipe): AveragingRule | undefined {
  if (!isRuleName(averaging.rule)) return undefined
  const parts = { aggregator: parseAggregator(averaging.aggregator), codec: parseCodec(exchange.compression) }
  return parseRule(averaging.rule, parts)
}
