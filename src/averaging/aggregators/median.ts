import type { Aggregator } from '../aggregator.ts'
import { reduceColumns } from './columns.ts'
import { select } from './order-statistics.ts'

/**
 * The median of every coordinate, this peer's own among the values; of an even number, the mean of the middle two (Yin, Chen,
 * Ramchandran and Bartlett 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates"). It stays in the
 * range of the honest as long as they are the majority. Weights do not count.
 */
export const median: Aggregator = {
  name: 'median',
  misfit: () => undefined,
  aggregate: (own, neighbours, out) => reduceColumns(own, neighbours, out, medianOf),
}

function medianOf(values: Float64Array, from: number, to: number): number {
  const middle = from + ((to - from) >> 1)
  select(values, from, to, middle)
  const upper = values[middle]
  if ((to - from) % 2 === 1) return upper
  let lower = values[from]
  for (let k = from + 1; k < middle; k++) if (values[k] > lower) lower = values[k]
  return (lower + upper) / 2
}
