import type { RunResult } from '../../result.ts'
import { type AgreementSlope, agreementSlope } from '../agreement-slope.ts'
import { colour } from '../colours.ts'
import { magnitude } from '../figures.ts'
import { drawLines, type Line, WITHOUT_ZERO } from '../lines.ts'
import type { Plot } from '../plot.ts'

/** How far peers are from each other, and how fast averaging alone would bring them together. */
export function consensusDistancePlot(result: RunResult): Plot | undefined {
  const { rounds, recipe } = result
  const apart = rounds.filter(({ consensusDistance }) => consensusDistance > 0)
  if (apart.length === 0) return undefined
  const measured: Line = {
    name: 'measured',
    points: rounds.map(({ round, consensusDistance }) => [round, consensusDistance]),
    colour: colour('blue'),
    width: 2.5,
  }
  const theory = agreementSlope(result)
  return {
    title: 'Consensus distance',
    caption: [
      'Root mean square distance of the peers from their average, relative to its norm. A straight line on this axis is linear convergence.',
      ...(theory === undefined
        ? []
        : [
            `Dashed: β to the power of the rounds, with β = ‖W − J‖ = ${magnitude(theory.rate)} of the mixing matrix: what averaging by W alone leaves at the latest.`,
          ]),
      ...(apart.length < rounds.length ? [WITHOUT_ZERO] : []),
      ...(recipe.training.steps > 0
        ? ['Local training drives peers apart and averaging together: where they balance, the line is level.']
        : []),
    ].join(' '),
    ...drawLines(
      [measured, ...(theory === undefined ? [] : [lineOf(theory)])],
      { name: 'round' },
      { name: 'relative distance', logarithmic: true },
    ),
  }
}

function lineOf({ points }: AgreementSlope): Line {
  return { name: 'β^t, by averaging alone', points, colour: colour('orange'), style: 'dashed' }
}
