import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { choco } from '../../../src/averaging/rules/choco.ts'
import { compressedDpsgd, dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { consensusError, meanDrift, normalStart } from '../problems/consensus-error.ts'
import { forgetfulAveraging } from '../problems/naive-compression.ts'
import type { Reproduction, ReproductionRow } from '../reproduction.ts'

const PEERS = 25
const DIMENSION = 2_000

const TOP_1 = parseCodec('topk:0.01')
const TOP_10 = parseCodec('topk:0.1')
const QSGD = parseCodec('qsgd:256')
/** The plain codec, without being made a contraction. */
const UNBIASED_QSGD = { ...QSGD, damping: () => 1 }

interface Run {
  readonly name: string
  readonly rule: AveragingRule
  /** Errors by round, as recomputed independently. */
  readonly expected: Readonly<Record<number, string>>
  /** Whether the rule promises to keep the mean, so that its drift is reported. */
  readonly keepsMean: boolean
}

const runs: readonly Run[] = [
  { name: 'exact averaging', rule: dpsgd(mean), expected: { 100: '2.37', 500: '1.0e-7' }, keepsMean: true },
  {
    name: 'CHOCO, qsgd:256, γ = 1',
    rule: choco('choco:1', QSGD, 1),
    expected: { 100: '2.37', 1000: '6.6e-17' },
    keepsMean: true,
  },
  {
    name: 'CHOCO, topk:0.01, γ = 0.046',
    rule: choco('choco:0.046', TOP_1, 0.046),
    expected: { 100: '438', 1000: '25.3', 5000: '9.9e-3', 10000: '5.5e-7' },
    keepsMean: true,
  },
  {
    name: 'CHOCO, topk:0.1, γ = 0.3',
    rule: choco('choco:0.3', TOP_10, 0.3),
    expected: { 1000: '4.8e-4' },
    keepsMean: true,
  },
  {
    name: 'x ← W Q(x), topk:0.01',
    rule: forgetfulAveraging(TOP_1),
    expected: { 1000: '79.1' },
    keepsMean: false,
  },
  {
    name: 'x ← W Q(x), qsgd:256',
    rule: forgetfulAveraging(UNBIASED_QSGD),
    expected: { 1000: '5.9' },
    keepsMean: false,
  },
  {
    name: 'x ← x + (W − I) Q(x), topk:0.01',
    rule: compressedDpsgd(mean, TOP_1),
    expected: { 1000: '191' },
    keepsMean: true,
  },
]

/** CHOCO-Gossip in the setting of figure 2 of Koloskova, Stich and Jaggi (2019). */
export const c5: Reproduction = {
  id: 'C5',
  title: 'Averaging with compressed messages (CHOCO-Gossip)',
  setting:
    'A ring of 25 peers with Metropolis weights, d = 2000, vectors of N(0, 1). The error is (1/n) Σ ‖x_i − x̄‖², x̄ the mean at the ' +
    'start; the drift is the largest change of a coordinate of the mean from the first round to the last. Koloskova, Stich and Jaggi 2019, figure 2; ' +
    'the figures expected were recomputed independently, from other random vectors.',
  async run(tell) {
    const W = mixingMatrix(ring, PEERS, 0)
    const start = normalStart(PEERS, DIMENSION, 'C5')
    const target = preciseMeanOf(start)
    const rows: ReproductionRow[] = [
      { what: 'error at the start', expected: '1926', measured: consensusError(start).toFixed(0) },
    ]
    for (const { name, rule, expected, keepsMean } of runs) {
      tell(name)
      const swarm = driveRule(rule, start)
      let round = 0
      for (const [moment, figure] of Object.entries(expected)) {
        for (; round < Number(moment); round++) swarm.round(W)
        rows.push({
          what: `${name}, error after ${moment} rounds`,
          expected: figure,
          measured: consensusError(swarm.estimates(), target).toPrecision(3),
        })
      }
      if (!keepsMean) continue
      rows.push({
        what: `${name}, drift of the mean after ${round} rounds`,
        expected: '≤ 2e-14',
        measured: meanDrift(start, swarm.estimates()).toExponential(1),
      })
    }
    return { rows, remarks }
  },
}

const remarks: readonly string[] = [
  'Differences of a few per cent are those of other random vectors: the error at the start differs as much.',
  'x ← W Q(x) with topk comes to agree, on nearly nothing: what is left is the square of the mean that was lost. With qsgd every ' +
    'round moves the mean at random, so its error has not settled, but goes on growing.',
]
