import { requireSameLength } from '../../parameters/vectors.ts'
import type { Aggregator } from '../aggregator.ts'
import { type ColumnReduction, reduceColumns } from './columns.ts'
import { select } from './order-statistics.ts'

/**
 * The mean of every coordinate without its B smallest and B largest values, this peer's own among the m that there are; needs
 * 2B < m (Yin, Chen, Ramchandran and Bartlett 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical
 * Rates"). It stays in the range of the honest while at most B lie. Weights do not count.
 *
 * The peer keeps its own where messages are lost and fewer than 2B + 1 values are there: the byzantine ones may be the rest.
 *
 * @param trimmed B, at least 1
 */
export function trimmedMean(trimmed: number): Aggregator {
  const name = `trimmed-mean:${trimmed}`
  const reduce = meanWithout(trimmed)
  return {
    name,
    misfit(neighbours) {
      if (neighbours >= 2 * trimmed) return undefined
      const nearest = neighbours >= 2 ? `trimmed-mean:${Math.floor(neighbours / 2)}` : 'median'
      return `${name} needs at least ${2 * trimmed} neighbours, and a peer has ${neighbours}; the nearest that works is ${nearest}`
    },
    aggregate(own, neighbours, out) {
      requireSameLength(own, out)
      if (neighbours.length >= 2 * trimmed) reduceColumns(own, neighbours, out, reduce)
      else out.set(own)
    },
  }
}

function meanWithout(trimmed: number): ColumnReduction {
  return (values, from, to) => {
    const [first, last] = [from + trimmed, to - trimmed - 1]
    select(values, from, to, first)
    select(values, first, to, last)
    let sum = 0
    for (let k = first; k <= last; k++) sum += values[k]
    return sum / (last - first + 1)
  }
}
