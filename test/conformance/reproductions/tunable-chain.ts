import type { Aggregator, WeightedVector } from '../../../src/averaging/aggregator.ts'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { median } from '../../../src/averaging/aggregators/median.ts'
import { trimmedMean } from '../../../src/averaging/aggregators/trimmed-mean.ts'
import { dissensus } from '../../../src/averaging/attacks/dissensus.ts'
import { createRandom } from '../../../src/random/random.ts'
import { oracleClipping } from '../../averaging/aggregators/oracle-clipping.ts'

/**
 * Four honest peers in a row, at 0, 0, 200 and 200. The two in the middle are tied with the weight `bottleneck`, the pairs with
 * 1/3, and each of the middle has a byzantine peer beside it, with the weight `byzantine`.
 */
export interface TunableChain {
  /** β: so little crosses from one half to the other. */
  readonly bottleneck: number
  /** δ */
  readonly byzantine: number
}

const PAIR_WEIGHT = 1 / 3
const START = [0, 0, 200, 200]
const ROUNDS = 100

export type Lie = 'constant' | 'dissensus'
export type Defence = 'mean' | 'clipped' | 'median' | 'trimmed'

/**
 * 1 − |λ₂| of the honest peers' own mixing matrix, from the part of it that is odd under reflection,
 * [[2/3, 1/3], [1/3, 2/3 − 2β]].
 */
export function spectralGap(bottleneck: number): number {
  return PAIR_WEIGHT + bottleneck - Math.hypot(PAIR_WEIGHT, bottleneck)
}

/** Σ_i (x_i − 100)² / 4 after 100 rounds; 10,000 before them. */
export function errorAfterLies({ bottleneck, byzantine }: TunableChain, lie: Lie, defence: Defence): number {
  const ties = [
    { a: 0, b: 1, weight: PAIR_WEIGHT },
    { a: 1, b: 2, weight: bottleneck },
    { a: 2, b: 3, weight: PAIR_WEIGHT },
  ]
  let x = START.map(value => Float64Array.of(value))
  for (let round = 0; round < ROUNDS; round++) {
    x = x.map((own, i) => {
      const honest = ties.flatMap(({ a, b, weight }): WeightedVector[] => {
        return a === i ? [{ weight, vector: x[b] }] : b === i ? [{ weight, vector: x[a] }] : []
      })
      const out = new Float64Array(1)
      const lies = honest.length === 2 ? [{ weight: byzantine, vector: told(lie, i, own, honest, byzantine) }] : []
      defend(defence, lies).aggregate(own, [...honest, ...lies], out)
      return out
    })
  }
  return x.reduce((sum, [value]) => sum + (value - 100) ** 2, 0) / x.length
}

/** The byzantine peer's message to peer i beside it: where that half has started, or what keeps it from moving. */
function told(lie: Lie, i: number, own: Float64Array, honest: readonly WeightedVector[], weight: number): Float64Array {
  if (lie === 'constant') return Float64Array.of(START[i])
  const out = new Float64Array(1)
  dissensus(1).forge?.({ own, receiver: own, honest, byzantine: { count: 1, weight }, random: createRandom(1) }, out)
  return out
}

function defend(defence: Defence, lies: readonly WeightedVector[]): Aggregator {
  if (defence === 'mean') return mean
  if (defence === 'median') return median
  if (defence === 'clipped') return oracleClipping(vector => lies.some(lie => lie.vector === vector))
  return lies.length > 0 ? trimmedMean(lies.length) : untrimmed
}

/** A trimmed mean of which nothing is trimmed: that of equal weights. */
const untrimmed: Aggregator = {
  name: 'trimmed-mean:0',
  misfit: () => undefined,
  aggregate(own, neighbours, out) {
    const weight = 1 / (neighbours.length + 1)
    mean.aggregate(
      own,
      neighbours.map(({ vector }) => ({ vector, weight })),
      out,
    )
  },
}
