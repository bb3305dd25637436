import type { RoundResult } from '../../../src/index.ts'
import type { Check } from '../check.ts'
import { smallDigits } from '../problems/small-digits.ts'
import { learnDigits } from '../reproductions/c7.ts'

const runs = new Map<string, Promise<RoundResult>>()

/** Several checks look at the same run. */
function learn(rule: string, topology: string, partition: 'iid' | 'sorted' = 'sorted'): Promise<RoundResult> {
  const key = [rule, topology, partition].join()
  const run = runs.get(key) ?? smallDigits().then(data => learnDigits(data, { rule, topology, partition }))
  runs.set(key, run)
  return run
}

async function localShortOfMerged(rule: string, partition: 'iid' | 'sorted'): Promise<number> {
  const { localAccuracy, merged } = await learn(rule, 'ring', partition)
  return (merged?.accuracy ?? Number.NaN) - (localAccuracy?.mean ?? Number.NaN)
}

async function shortOfCentre(rule: string): Promise<number> {
  const [corrected, centre] = [await learn(rule, 'ring'), await learn('dpsgd', 'complete')]
  return (centre.localAccuracy?.mean ?? Number.NaN) - (corrected.localAccuracy?.mean ?? Number.NaN)
}

export const heterogeneousDigitChecks: readonly Check[] = [
  {
    line: 'C7',
    property: 'sorted by label, peers on a ring are much better merged than alone',
    expected: '> 0.1',
    measure: () => localShortOfMerged('dpsgd', 'sorted'),
    holds: measured => measured > 0.1,
    control: { broken: 'dealt at random', measure: () => localShortOfMerged('dpsgd', 'iid') },
  },
  ...(['d2', 'gradient-tracking'] as const).map(
    (rule): Check => ({
      line: 'C7',
      property: `sorted by label, ${rule} on a ring brings local models near those of a complete graph`,
      expected: '< 0.03',
      measure: () => shortOfCentre(rule),
      holds: measured => measured < 0.03,
      control: { broken: 'nothing corrects for the heterogeneity', measure: () => shortOfCentre('dpsgd') },
    }),
  ),
]
