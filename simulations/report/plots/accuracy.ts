import type { RunResult } from '../../result.ts'
import { colour } from '../colours.ts'
import { drawLines, type Line } from '../lines.ts'
import type { Plot } from '../plot.ts'

/** Undefined where nothing is classified. */
export function accuracyPlot({ rounds }: RunResult): Plot | undefined {
  const judged = rounds.flatMap(({ round, localAccuracy, merged }) =>
    localAccuracy === null ? [] : [{ round, ...localAccuracy, merged: merged?.accuracy ?? null }],
  )
  if (judged.length === 0) return undefined
  const line = (pick: (one: (typeof judged)[number]) => number | null): Line['points'] =>
    judged.map(one => [one.round, inPercent(pick(one))])
  return {
    title: 'Accuracy',
    caption:
      'On test samples that nobody trained on. Merged: the model whose parameters are the average of all peers’. The others are of ' +
      'each peer’s own model. Merged far above the mean: peers disagree, and one averaging at the end would repair it.',
    ...drawLines(
      [
        { name: 'merged', points: line(({ merged }) => merged), colour: colour('blue'), width: 3 },
        { name: 'mean', points: line(({ mean }) => mean), colour: colour('green') },
        { name: 'best', points: line(({ max }) => max), colour: colour('purple'), style: 'dashed', width: 1.5 },
        { name: 'worst', points: line(({ min }) => min), colour: colour('orange'), style: 'dotted' },
      ],
      { name: 'round' },
      { name: 'accuracy, %' },
    ),
  }
}

function inPercent(share: number | null): number | null {
  return share === null ? null : 100 * share
}
