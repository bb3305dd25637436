import { mixingMatrix } from '../../../src/averaging/mixing.ts'
import { cycleFactor, cycles, mixingFactor } from '../mixing/exchanges.ts'
import { topology } from '../mixing/matrices.ts'
import type { Reproduction } from '../reproduction.ts'

function roundFactor(name: string, peers: number, trials: number): number {
  const of = topology(name)
  return mixingFactor(peers, trials, round => mixingMatrix(of, peers, round))
}

const shown = (factor: number) => factor.toFixed(4)

/** What random gossip leaves of the variance. */
export const c3: Reproduction = {
  id: 'C3',
  title: 'Random gossip: what is left of the variance',
  setting:
    'Σ ‖x_i − x̄‖² after over before, from N(0, 1), averaged over many draws: about 1 % of Monte Carlo noise. Cycles are n = 1000 exchanges among 1000 peers; rounds are single.',
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
        measured: shown(roundFactor('pairwise', 1_000, 40) ** 2),
      },
    ]
    tell('rounds')
    const rounds = [
      ['epidemic:3', 16, '.2000 (exact; .2009 recomputed)', 10_000],
      ['epidemic-local:1', 64, '.6250 (exact; .6238 recomputed)', 3_000],
      ['moshpit:4', 16, '.2031 (published formula), .2000 (exact)', 10_000],
      ['moshpit:5', 125, '.1936 (published formula), .1935 (exact)', 1_000],
    ] as const
    return {
      rows: [
        ...rows,
        ...rounds.map(([name, peers, expected, trials]) => ({
          what: `a round of \`${name}\`, ${peers} peers`,
          expected,
          measured: shown(roundFactor(name, peers, trials)),
        })),
      ],
      remarks: [
        'Moshpit: the formula (r − 1)/N + r/N² for r random groups of N peers (Ryabinin et al. 2021) is a little too large. With one group of all, r = 1, it leaves 1/N² where nothing is left. A mean over m peers drawn from N without replacement has (N − m)/(N − 1)/m of the variance; summed over groups, whatever their sizes, that is (r − 1)/(N − 1). Were every peer to pick one of the r groups by itself, some would stay empty, and the factor would be (r (1 − (1 − 1/r)^N) − 1)/(N − 1): .1973 for 16 peers and 4 groups, .1923 for 125 and 25.',
      ],
    }
  },
}
