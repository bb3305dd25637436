import { UsageError } from '../../errors.ts'
import type { Aggregator } from '../aggregator.ts'
import type { AveragingRule } from '../rule.ts'
import { adpsgd } from './adpsgd.ts'
import { dpsgd } from './dpsgd.ts'
import { none } from './none.ts'

/** A new rule is one file in this folder and one entry here. */
const rules: Readonly<Record<string, (aggregator: Aggregator) => AveragingRule>> = {
  adpsgd: () => adpsgd,
  dpsgd,
  none: () => none,
}

/** What {@link parseRule} accepts. */
export const ruleNames: readonly string[] = Object.keys(rules)

/**
 * @param aggregator for the rules that merge several vectors at once
 * @throws UsageError for an unknown name
 */
export function parseRule(name: string, aggregator: Aggregator): AveragingRule {
  if (!Object.hasOwn(rules, name)) {
    throw new UsageError(`unknown averaging rule "${name}"; accepted are ${ruleNames.join(', ')}`)
  }
  return rules[name](aggregator)
}
