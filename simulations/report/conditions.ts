import type { RunConditions } from '../result.ts'
import { percent } from './figures.ts'

/** The conditions of a run, in rows: only those that were given. */
export function describeConditions(conditions: RunConditions = {}): [name: string, value: string][] {
  const { partition, loss, churn, delay, bandwidth, stragglers, splits, byzantine } = conditions
  const rows: readonly [string, string | undefined][] = [
    ['data dealt by', partition],
    ['messages lost', loss === undefined ? undefined : percent(loss)],
    ['churn', churn === undefined ? undefined : churn === 'trace' ? 'by a list of who was away when' : percent(churn)],
    ['delay of a message', delay === undefined ? undefined : `${delay} (milliseconds)`],
    ['bandwidth of a peer', bandwidth?.host === undefined ? undefined : `${bandwidth.host} Mbit/s`],
    ['bandwidth of a link', bandwidth?.link === undefined ? undefined : `${bandwidth.link} Mbit/s`],
    [
      'stragglers',
      stragglers === undefined
        ? undefined
        : `${percent(stragglers.share)} of the peers; training takes × ${stragglers.training ?? 1}, messages × ${stragglers.links ?? 1}`,
    ],
    ['splits', splits?.map(({ at, until, share }) => `${percent(share)} apart from ${at} s to ${until} s`).join('; ')],
    [
      'byzantine peers',
      byzantine === undefined ? undefined : `${percent(byzantine.share)} of the peers, by ${byzantine.attack}`,
    ],
  ]
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}
