import type { Reproduction, ReproductionRow } from '../reproduction.ts'
import { type Defence, errorAfterLies, type Lie, spectralGap, type TunableChain } from './tunable-chain.ts'

/** Errors after 100 rounds, as recomputed independently from the equations of the published notebook. */
const EXPECTED: readonly (readonly [chain: TunableChain, lie: Lie, expected: Partial<Record<Defence, string>>])[] = [
  [
    { bottleneck: 0.267, byzantine: 0.1 },
    'constant',
    { mean: '248.8', clipped: '0.0', median: '10000', trimmed: '10000' },
  ],
  [{ bottleneck: 0.267, byzantine: 0.1 }, 'dissensus', { mean: '10000', clipped: '0.0' }],
  [{ bottleneck: 0.267, byzantine: 0.2 }, 'constant', { clipped: '2.4' }],
  [{ bottleneck: 0.267, byzantine: 0.2 }, 'dissensus', { clipped: '10.7' }],
  [{ bottleneck: 0.267, byzantine: 0.3 }, 'constant', { clipped: '1393' }],
  [{ bottleneck: 0.267, byzantine: 0.3 }, 'dissensus', { clipped: 'diverges' }],
  [{ bottleneck: 0.12, byzantine: 0.1 }, 'constant', { clipped: '211' }],
  [{ bottleneck: 0.12, byzantine: 0.1 }, 'dissensus', { clipped: '1272' }],
  [{ bottleneck: 0.12, byzantine: 0.2 }, 'dissensus', { clipped: 'diverges' }],
]

const DEFENCES: Readonly<Record<Defence, string>> = {
  mean: 'mean',
  clipped: 'ClippedGossip',
  median: 'median',
  trimmed: 'trimmed mean',
}

/** The harm of a byzantine message depends on how much weight it has and how little crosses the bottleneck. */
export const c9: Reproduction = {
  id: 'C9',
  title: 'Byzantine peers at a bottleneck',
  setting:
    'Four honest peers in a row at 0, 0, 200, 200; the pairs are tied with weight 1/3, the middle two with β, and each of these has a byzantine peer beside it with weight δ. Error Σ (x_i − 100)² / 4 after 100 rounds, 10000 at the start. ClippedGossip has the radius of the theory (He, Karimireddy and Jaggi 2022).',
  async run(tell) {
    const rows: ReproductionRow[] = [0.267, 0.12].map(bottleneck => ({
      what: `β = ${bottleneck}: squared spectral gap p of the honest`,
      expected: `${bottleneck === 0.267 ? '.030' : '.010'} (recomputed)`,
      measured: (spectralGap(bottleneck) ** 2).toFixed(3),
    }))
    for (const [chain, lie, figures] of EXPECTED) {
      const setting = `β = ${chain.bottleneck}, δ = ${chain.byzantine}, ${lie}`
      tell(setting)
      for (const defence of Object.keys(DEFENCES) as Defence[]) {
        const expected = figures[defence]
        if (expected === undefined) continue
        const measured = errorAfterLies(chain, lie, defence)
        rows.push({
          what: `${setting}: ${DEFENCES[defence]}`,
          expected: `${expected} (recomputed)`,
          measured: measured < 1e5 ? measured.toFixed(1) : `diverges (${measured.toExponential(1)})`,
        })
      }
    }
    return {
      rows,
      remarks: [
        'What decides is δ/p. A median or a trimmed mean of equal votes never crosses the bottleneck: of the four values that a middle peer has, those of its own half are always the middle ones. So they stand at 10000 under either attack.',
        'The dissensus with ε = 1 makes the plain mean stand still; constant lies only bias it.',
      ],
    }
  },
}
