import { columnStochasticMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { pushSum } from '../../../src/averaging/rules/push-sum.ts'
import { naivePushSum } from '../../../src/averaging/rules/push-sum-naive.ts'
import { distance, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { oneWayLoss } from '../problems/loss.ts'
import { normalVector } from '../problems/quadratics.ts'
import { unbalancedDigraph } from '../problems/unbalanced-digraph.ts'
import type { Reproduction, ReproductionRow } from '../reproduction.ts'

const PEERS = 16
const ROUNDS = 400
const SEEDS = 20

/** Medians over the seeds. */
interface Outcome {
  /** Largest ‖z_i − mean‖ over ‖mean of the start's norms‖ = 1, as the vectors have one coordinate. */
  readonly error: number
  /** Σ w of the n that there were. */
  readonly weight: number
}

/** Compares what running sums end at with what the textbook form ends at. */
export const c4: Reproduction = {
  id: 'C4',
  title: 'Push-sum that loses messages',
  setting: `${PEERS} peers on an unbalanced directed graph (a cycle, and an edge from every even peer i to i / 2), N(0, 1) numbers, ${ROUNDS} rounds; the largest distance from the mean, median of ${SEEDS} seeds.`,
  async run(tell) {
    const rows: ReproductionRow[] = []
    const expectedNaive: Readonly<Record<number, string>> = { 0.1: '.46, total weight 4e-10 (recomputed)' }
    const expectedSums: Readonly<Record<number, string>> = {
      0.1: '1e-10 (recomputed)',
      0.3: '1e-8 (recomputed)',
      0.5: '4e-7 (recomputed)',
    }
    for (const loss of [0, 0.1, 0.3, 0.5]) {
      tell(`${loss * 100} % loss`)
      const [naive, sums] = [naivePushSum, pushSum].map(rule => outcome(rule, loss))
      const percent = `${loss * 100} % loss`
      rows.push(
        {
          what: `naive, ${percent}`,
          expected: expectedNaive[loss] ?? '',
          measured: `${shown(naive.error)}, total weight ${shown(naive.weight)}`,
        },
        { what: `running sums, ${percent}`, expected: expectedSums[loss] ?? '', measured: shown(sums.error) },
      )
    }
    return {
      rows,
      remarks: [
        'The graph of the recomputed figures is not known, and how fast either form gets anywhere depends on it; ours mixes faster. What must agree does: naive push-sum converges, to something else, while its weights vanish, and running sums end at the mean whatever is lost.',
      ],
    }
  },
}

function outcome(rule: AveragingRule, loss: number): Outcome {
  const W = columnStochasticMatrix(unbalancedDigraph(PEERS))
  const outcomes = Array.from({ length: SEEDS }, (_, seed) => {
    const random = createRandom(`${seed} ${loss}`)
    const start = Array.from({ length: PEERS }, () => normalVector(1, random))
    const swarm = driveRule(rule, start)
    for (let round = 0; round < ROUNDS; round++) swarm.round(W, undefined, oneWayLoss(loss, random))
    const mean = preciseMeanOf(start)
    return {
      error: Math.max(...swarm.estimates().map(estimate => distance(estimate, mean))),
      weight: (swarm.states as readonly { readonly w: number }[]).reduce((sum, { w }) => sum + w, 0),
    }
  })
  return { error: median(outcomes.map(({ error }) => error)), weight: median(outcomes.map(({ weight }) => weight)) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function shown(value: number): string {
  return value < 0.01 ? value.toExponential(0) : value.toPrecision(2)
}
