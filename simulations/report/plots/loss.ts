import type { RunResult } from '../../result.ts'
import { colour } from '../colours.ts'
import { drawLines } from '../lines.ts'
import type { Plot } from '../plot.ts'

/** From such a factor between the largest and the smallest, most of a linear axis would be empty. */
const MANY_MAGNITUDES = 100

/** Undefined where nothing is learned. */
export function lossPlot({ rounds, recipe }: RunResult): Plot | undefined {
  const judged = rounds.flatMap(({ round, localLoss, merged }) =>
    localLoss === null || merged === null ? [] : [{ round, local: localLoss, merged: merged.loss }],
  )
  if (judged.length === 0) return undefined
  const values = judged.flatMap(({ local, merged }) => [local, merged])
  const logarithmic = Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > MANY_MAGNITUDES
  return {
    title: 'Loss',
    caption: `${MEANING[recipe.objective.task] ?? MEANING.classify} The gap between the two is what peers lose by not agreeing.`,
    ...drawLines(
      [
        {
          name: 'merged',
          points: judged.map(({ round, merged }) => [round, merged]),
          colour: colour('blue'),
          width: 3,
        },
        {
          name: 'mean of the peers',
          points: judged.map(({ round, local }) => [round, local]),
          colour: colour('green'),
        },
      ],
      { name: 'round' },
      { name: UNIT[recipe.objective.task] ?? UNIT.classify, logarithmic },
    ),
  }
}

const UNIT: Readonly<Record<string, string>> = {
  classify: 'cross-entropy, nats',
  regress: 'loss, standardised',
  language: 'cross-entropy, nats per character',
  quadratic: 'f(x) − f(x*)',
  'mean-estimation': '‖x − μ‖² / d',
}

const MEANING: Readonly<Record<string, string>> = {
  classify: 'Cross-entropy on test samples that nobody trained on.',
  regress: 'The loss that is trained, of standardised values, on test samples that nobody trained on.',
  language: 'Cross-entropy on text that nobody trained on.',
  quadratic: 'How far above the smallest value of the swarm’s objective.',
  'mean-estimation': 'Mean squared error of a coordinate of the mean that is to be estimated.',
}
