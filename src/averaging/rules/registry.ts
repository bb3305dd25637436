import { UsageError } from '../../errors.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import type { Aggregator } from '../aggregator.ts'
import type { AveragingRule } from '../rule.ts'
import { adpsgd } from './adpsgd.ts'
import { dpsgd } from './dpsgd.ts'
import { none } from './none.ts'

/** What a rule is made of, beside its own parameter. */
export interface RuleParts {
  /** For the rules that merge several vectors at once. */
  readonly aggregator: Aggregator
  /** How vectors travel. */
  readonly codec: Codec
}

/** A new rule is one file in this folder and one entry here. */
const rules: Readonly<Record<string, (parts: RuleParts) => AveragingRule>> = {
  adpsgd: () => adpsgd,
  dpsgd: ({ aggregator }) => dpsgd(aggregator),
  none: () => none,
}

/** What {@link parseRule} accepts. */
export const ruleNames: readonly string[] = Object.keys(rules)

/** @throws UsageError for an unknown name */
export function parseRule(name: string, parts: RuleParts): AveragingRule {
  if (!Object.hasOwn(rules, name)) {
    throw new UsageError(`unknown averaging rule "${name}"; accepted are ${ruleNames.join(', ')}`)
  }
  return rules[name](parts)
}
