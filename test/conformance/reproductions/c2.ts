import { applyMixing } from '../../../src/averaging/mixing.ts'
import { baseGraph } from '../../../src/averaging/topologies/base-graph.ts'
import { distance, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { baseLengths } from '../mixing/base-lengths.ts'
import { normalVectors, normOf, product, rounds, topology } from '../mixing/matrices.ts'
import type { Reproduction, ReproductionRow } from '../reproduction.ts'

/** ‖P − J‖ after one period. */
const ONE_PEER: readonly (readonly [peers: number, expected: string])[] = [
  [3, '.25'],
  [6, '.2165'],
  [10, '.1924'],
  [25, '.1921'],
  [100, '.1916'],
]

const LARGEST = 100

/** Some sequences of sparse rounds end in the exact mean. */
export const c2: Reproduction = {
  id: 'C2',
  title: 'Exact means in finite time',
  setting:
    'One-peer exponential graphs (Ying et al. 2021) and Base-(k + 1) graphs (Takezawa et al. 2023), from N(0, 1). The largest error is that over all peers, after the length of the sequence.',
  async run(tell) {
    const rows: ReproductionRow[] = []
    tell('one-peer exponential')
    for (const precision of ['float64', 'float32'] as const) {
      const errors = [2, 4, 8, 16, 32, 64].map(n => error('one-peer-exponential', n, Math.log2(n), precision))
      rows.push({
        what: `one-peer exponential, n = 2, 4 … 64, ${precision}: largest error`,
        expected: precision === 'float64' ? '< 1e-12' : '< 1e-5',
        measured: Math.max(...errors).toExponential(1),
      })
    }
    for (const [peers, expected] of ONE_PEER) {
      const period = rounds(topology('one-peer-exponential'), peers, Math.ceil(Math.log2(peers)))
      rows.push({
        what: `one-peer exponential, n = ${peers}, no power of 2: ‖P − J‖ after one period`,
        expected: `${expected} (recomputed)`,
        measured: normOf(product(period, peers)).toFixed(4),
      })
    }
    for (const k of [1, 2, 3, 4]) {
      tell(`base-k:${k}`)
      const sizes = Object.keys(baseLengths[k]).map(Number)
      rows.push({
        what: `base-k:${k}: lengths for n = ${sizes.join(', ')}`,
        expected: `${sizes.map(peers => baseLengths[k][peers]).join(', ')} (published construction)`,
        measured: sizes.map(peers => baseGraph(peers, k).length).join(', '),
      })
      for (const precision of ['float64', 'float32'] as const) {
        const errors = Array.from({ length: LARGEST - 1 }, (_, i) =>
          error(`base-k:${k}`, i + 2, baseGraph(i + 2, k).length, precision),
        )
        rows.push({
          what: `base-k:${k}, n = 2 … ${LARGEST}, ${precision}: largest error`,
          expected: precision === 'float64' ? '< 1e-12' : '< 1e-5',
          measured: Math.max(...errors).toExponential(1),
        })
      }
    }
    return {
      rows,
      remarks: [
        'The published code finds powers of k + 1 by a logarithm in floating point, which for some comes out below the whole number; ours counts in whole numbers.',
      ],
    }
  },
}

function error(name: string, peers: number, length: number, precision: 'float32' | 'float64'): number {
  const start = normalVectors(peers, 8, createRandom(peers))
  let values: (Float32Array | Float64Array)[] = start
  if (precision === 'float32') values = start.map(x => Float32Array.from(x))
  const mean = preciseMeanOf(values)
  for (const W of rounds(topology(name), peers, length)) values = applyMixing(W, values)
  return Math.max(...values.map(x => distance(x, mean)))
}
