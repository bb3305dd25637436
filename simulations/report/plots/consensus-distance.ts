import type { RunResult } from '../../result.ts'
import { colour } from '../colours.ts'
import { isUndisturbed } from '../disturbance.ts'
import { magnitude } from '../figures.ts'
import { drawLines, type Line, WITHOUT_ZERO } from '../lines.ts'
import type { Plot } from '../plot.ts'
import { ruleOf } from '../rule-of.ts'

/** Below this float32 has no digits left, and a line of theory would stretch the axis for nothing. */
const FLOOR = 1e-12

/** How far peers are from each other, and how fast averaging alone would bring them together. */
export function consensusDistancePlot(result: RunResult): Plot | undefined {
  const { rounds, spectralGap: gap, recipe } = result
  const apart = rounds.filter(({ consensusDistance }) => consensusDistance > 0)
  if (apart.length === 0) return undefined
  const measured: Line = {
    name: 'measured',
    points: rounds.map(({ round, consensusDistance }) => [round, consensusDistance]),
    colour: colour('blue'),
    width: 2.5,
  }
  const spectralGap = averagesByW(recipe) && isUndisturbed(result) ? gap : null
  const theory = spectralGap === null ? undefined : slope(apart, spectralGap)
  return {
    title: 'Consensus distance',
    caption: [
      'Root mean square distance of the peers from their average, relative to its norm. A straight line on this axis is linear convergence.',
      ...(theory === undefined || spectralGap === null
        ? []
        : [
            `Dashed: β to the power of the rounds, with β = ‖W − J‖ = ${magnitude(1 - spectralGap)} of the mixing matrix: what averaging by W alone leaves at the latest.`,
          ]),
      ...(apart.length < rounds.length ? [WITHOUT_ZERO] : []),
      ...(recipe.training.steps > 0
        ? ['Local training drives peers apart and averaging together: where they balance, the line is level.']
        : []),
    ].join(' '),
    ...drawLines(
      [measured, ...(theory === undefined ? [] : [theory])],
      { name: 'round' },
      { name: 'relative distance', logarithmic: true },
    ),
  }
}

/** β^t, from where the peers first were apart. */
function slope(
  apart: readonly { readonly round: number; readonly consensusDistance: number }[],
  spectralGap: number,
): Line | undefined {
  const β = 1 - spectralGap
  const [start] = apart
  const end = apart[apart.length - 1].round
  // One that averages everything at once has no slope.
  if (β <= 0 || end === start.round) return undefined
  const floor = Math.max(FLOOR, Math.min(...apart.map(({ consensusDistance }) => consensusDistance)) / 10)
  const reached = Math.log(floor / start.consensusDistance) / Math.log(β)
  const last = Math.min(end, start.round + reached)
  return {
    name: 'β^t, by averaging alone',
    // Straight on a logarithmic axis: its two ends say all.
    points: [start.round, last].map(t => [t, start.consensusDistance * β ** (t - start.round)]),
    colour: colour('orange'),
    style: 'dashed',
  }
}

/** Whether a round multiplies all parameters by the mixing matrix whose gap is known; not in pairs, all at once, or part by part. */
function averagesByW(recipe: RunResult['recipe']): boolean {
  const { mixing, travels } = ruleOf(recipe)
  return !['pairwise', 'all', 'none'].includes(mixing) && travels !== 'parts'
}
