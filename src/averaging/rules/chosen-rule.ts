import { UsageError } from '../../errors.ts'
import { none as uncompressed } from '../../parameters/codecs/none.ts'
import { mean } from '../aggregators/mean.ts'
import type { AveragingRule } from '../rule.ts'
import { isRuleName, parseRule, type RuleParts } from './registry.ts'

/**
 * The rule that a recipe names: one of these here, or the caller's own of that name. The name is what peers agree on, so that of another
 * rule would mix peers that average otherwise.
 *
 * @param name as it is written in the recipe
 * @param own the caller's, as `defineRule` checks it; undefined where the rule is one of these here
 * @throws UsageError where the two do not fit, and as {@link parseRule} does
 */
export function chosenRule(name: string, own: AveragingRule | undefined, parts: RuleParts): AveragingRule {
  if (own === undefined) return parseRule(name, parts)
  if (isRuleName(own.name)) {
    throw new UsageError(`the rule that is given is called ${own.name}, as one of hearsay's; give it a name of its own`)
  }
  if (name !== own.name) {
    throw new UsageError(
      `the rule that is given is called ${own.name}, and the recipe says ${name}: write averaging.rule ${own.name}, on which peers agree`,
    )
  }
  const { aggregator, codec } = parts
  if (aggregator.name !== mean.name || codec !== uncompressed) {
    throw new UsageError(
      `${own.name} is a rule of your own, which merges and compresses as it is written: leave out ${codec === uncompressed ? 'averaging.aggregator' : 'exchange.compression'}`,
    )
  }
  return own
}
