import { UsageError } from '../../errors.ts'
import type { Aggregator } from '../aggregator.ts'
import { mean } from './mean.ts'

/** A new aggregator is one file in this folder and one entry here. */
const aggregators: readonly Aggregator[] = [mean]

/** What {@link parseAggregator} accepts. */
export const aggregatorNames: readonly string[] = aggregators.map(({ name }) => name)

/** @throws UsageError for an unknown name */
export function parseAggregator(name: string): Aggregator {
  const aggregator = aggregators.find(candidate => candidate.name === name)
  if (!aggregator) throw new UsageError(`unknown aggregator "${name}"; accepted are ${aggregatorNames.join(', ')}`)
  return aggregator
}
