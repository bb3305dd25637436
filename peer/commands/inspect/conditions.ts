import type { WrittenResult } from '../../../src/public/simulate.ts'

/** The conditions as the flags that ask for the same. */
export function conditionsAsFlags(conditions: NonNullable<WrittenResult['conditions']>): string {
  const { partition, loss, churn, delay, bandwidth, stragglers, splits = [], byzantine } = conditions
  const flags: readonly [string, string | number | undefined][] = [
    ['partition', partition],
    ['loss', loss],
    ['churn', churn === 'trace' ? 'FILE' : churn],
    ['delay', delay],
    ['bandwidth', bandwidth?.host],
    ['link-bandwidth', bandwidth?.link],
    ['stragglers', stragglers && `${stragglers.share}:${stragglers.training ?? 1},${stragglers.links ?? 1}`],
    ...splits.map(({ at, until, share }) => ['split', `${at}-${until}:${share}`] satisfies [string, string]),
    ['byzantine', byzantine?.share],
    ['attack', byzantine?.attack],
  ]
  return flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`])).join(' ')
}
