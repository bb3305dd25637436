import { z } from 'zod'
import type { RunResult } from '../../../src/index.ts'

const figure = z.number()

/** Under what a run was made, as `--out` writes it. */
export const conditionsSchema = z.object({
  partition: z.string().optional(),
  loss: figure.optional(),
  churn: z.union([figure, z.literal('trace')]).optional(),
  delay: z.string().optional(),
  bandwidth: z.object({ host: figure.optional(), link: figure.optional() }).optional(),
  stragglers: z.object({ share: figure, training: figure.optional(), links: figure.optional() }).optional(),
  splits: z.array(z.object({ at: figure, until: figure, share: figure })).optional(),
  byzantine: z.object({ share: figure, attack: z.string() }).optional(),
}) satisfies z.ZodType<RunResult['conditions']>

/** As the flags that ask for the same. */
export function conditionsAsFlags(conditions: z.infer<typeof conditionsSchema>): string {
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
