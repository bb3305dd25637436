import type { RunResult } from '../../result.ts'
import { colour } from '../colours.ts'
import { drawLines, isOfManyMagnitudes } from '../lines.ts'
import type { Plot } from '../plot.ts'

/** Undefined where nothing is learned. */
export function lossPlot({ rounds, recipe }: RunResult): Plot | undefined {
  const judged = rounds.flatMap(({ round, localLoss, merged }) =>
    localLoss === null || merged === null ? [] : [{ round, local: localLoss, merged: merged.loss }],
  )
  if (judged.length === 0) return undefined
  const values = judged.flatMap(({ local, merged }) => [local, merged])
  const logarithmic = isOfManyMagnitudes(values)
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
      { name: LOSS_UNIT[recipe.objective.task] ?? LOSS_UNIT.classify, logarithmic },
    ),
  }
}

/** What a loss is measured in. */
export const LOSS_UNIT: Readonly<Record<string, string>> = {
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
