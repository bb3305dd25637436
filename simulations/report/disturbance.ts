import type { RunResult } from '../result.ts'

/** Rules by which the peers' mean moves, and comes to rest beside where it began. */
const MOVES_THE_MEAN: readonly string[] = [
  'gossip',
  'mosaic',
  'noloco',
  'push-sum',
  'push-sum-naive',
  'relaysum',
  'sparta',
]

/**
 * Whether every round did what the theory of averaging is about: everybody was there and honest, every message arrived as it
 * was sent, and what was heard was averaged. Only then the mean stays where it is and β tells how fast peers agree.
 */
export function isUndisturbed({ recipe, conditions = {} }: RunResult): boolean {
  const { loss = 0, churn = 0, splits = [], byzantine } = conditions
  const { rule, aggregator } = recipe.averaging
  return (
    loss === 0 &&
    churn === 0 &&
    splits.length === 0 &&
    (byzantine?.share ?? 0) === 0 &&
    aggregator === 'mean' &&
    recipe.exchange.compression === 'none' &&
    !MOVES_THE_MEAN.includes(rule.split(':', 1)[0])
  )
}
