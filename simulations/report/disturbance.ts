import type { RunResult } from '../result.ts'
import { ruleOf } from './rule-of.ts'

/**
 * Whether every round did what the theory of averaging is about: everybody was there and honest, every message arrived as it
 * was sent, and what was heard was averaged. Only then the mean stays where it is and β tells how fast peers agree.
 */
export function isUndisturbed({ recipe, conditions = {} }: Pick<RunResult, 'recipe' | 'conditions'>): boolean {
  const { loss = 0, churn = 0, splits = [], byzantine } = conditions
  const rule = ruleOf(recipe)
  return (
    loss === 0 &&
    churn === 0 &&
    splits.length === 0 &&
    (byzantine?.share ?? 0) === 0 &&
    recipe.averaging.aggregator === 'mean' &&
    recipe.exchange.compression === 'none' &&
    rule !== undefined &&
    rule.movesMean !== true
  )
}
