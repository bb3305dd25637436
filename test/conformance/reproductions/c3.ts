import { cycleFactor, cycles, isotropicFactor, roundsFactor } from '../mixing/exchanges.ts'
import { topology } from '../mixing/matrices.ts'
import type { Reproduction } from '../reproduction.ts'

const shown = (factor: number) => factor.toFixed(4)

/** The share of the variance that random gossip leaves. */
export const c3: Reproduction = {
  id: 'C3',
  title: 'Random gossip: what is left of the variance',
  setting:
    'Σ ‖x_i − x̄‖² after over before, from x_i = i, averaged over many draws: about 1 % of Monte Carlo noise. Cycles are n = 1000 exchanges among 1000 peers, or two rounds, one after the other; other rounds are single.',
  async run(tell) {
    tell('cycles of exchanges')
    const rows = [
      {
        what: 'a cycle, everybody begins one exchange',
        expected: '.3033 = 1/(2√e) (Jelasity, Montresor and Babaoglu 2005)',
        measured: shown(cycleFactor(cycles.sequential)),
      },
      {
        what: 'a cycle, random peers begin',
        expected: '.3679 = 1/e (the same)',
        measured: shown(cycleFactor(cycles.random)),
      },
      {
        what: 'a cycle, two perfect matchings (`pairwise`)',
        expected: '.25 (the same)',
        measured: shown(roundsFactor(topology('pairwise'), 1_000, 400, 2)),
      },
    ]
    tell('rounds')
    const rounds = [
      ['epidemic:3', 16, '.2000 (exact; .2009 recomputed)', 20_000],
      ['epidemic-local:1', 64, '.6250 (exact; .6238 recomputed)', 5_000],
    ] as const
    const grids = [
      ['moshpit:4', 16, '.2031 (published formula), .2000 (exact)', 2],
      ['moshpit:5', 125, '.1936 (published formula), .1935 (exact)', 3],
    ] as const
    return {
      rows: [
        ...rows,
        ...rounds.map(([name, peers, expected, trials]) => ({
          what: `a round of \`${name}\`, ${peers} peers`,
          expected,
          measured: shown(roundsFactor(topology(name), peers, trials)),
        })),
        ...grids.map(([name, peers, expected, axes]) => ({
          what: `a round of \`${name}\`, ${peers} peers on a full grid, over all starts`,
          expected,
          measured: shown(isotropicFactor(topology(name), peers, axes)),
        })),
      ],
      remarks: [
        'A full grid leaves nothing to chance: its axes take turns, and what a round leaves depends on where one starts. The figures are exact averages over all directions. Moshpit: the formula (r − 1)/N + r/N² for r random groups of N peers (Ryabinin et al. 2021) is a little too large. With one group of all, r = 1, it leaves 1/N² where nothing is left. A mean over m peers drawn from N without replacement has (N − m)/(N − 1)/m of the variance; summed over groups, whatever their sizes, that is (r − 1)/(N − 1). Were every peer to pick one of the r groups by itself, some would stay empty, and the factor would be (r (1 − (1 − 1/r)^N) − 1)/(N − 1): .1973 for 16 peers and 4 groups, .1923 for 125 and 25.',
      ],
    }
  },
}
