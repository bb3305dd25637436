import type { RunResult, Spread } from '../../result.ts'
import { colour } from '../colours.ts'
import { drawLines, type Line } from '../lines.ts'
import type { Plot } from '../plot.ts'

/** One figure of the merged model, and of the peers' own. */
interface Judged extends Spread {
  readonly round: number
  readonly merged: number | null
}

/** Undefined where nothing is classified. */
export function accuracyPlot({ rounds }: RunResult): Plot | undefined {
  const judged = rounds.flatMap(({ round, localAccuracy, merged }) =>
    localAccuracy === null ? [] : [{ round, ...localAccuracy, merged: merged?.accuracy ?? null }],
  )
  return judgedPlot(judged, { title: 'Accuracy', sentence: '', axis: 'accuracy, %', written: share => 100 * share })
}

/** Undefined where nothing is measured. */
export function r2Plot({ rounds }: RunResult): Plot | undefined {
  const judged = rounds.flatMap(({ round, localR2, merged }) =>
    localR2 === undefined ? [] : [{ round, ...localR2, merged: merged?.r2 ?? null }],
  )
  const sentence = '1 is exact; 0 is as good as always saying the mean. '
  return judgedPlot(judged, { title: 'R²', sentence, axis: 'R²', written: r2 => r2 })
}

function judgedPlot(
  judged: readonly Judged[],
  {
    title,
    sentence,
    axis,
    written,
  }: { title: string; sentence: string; axis: string; written: (figure: number) => number },
): Plot | undefined {
  if (judged.length === 0) return undefined
  const line = (pick: (one: Judged) => number | null): Line['points'] =>
    judged.map(one => {
      const figure = pick(one)
      return [one.round, figure === null || !Number.isFinite(figure) ? null : written(figure)]
    })
  return {
    title,
    caption:
      `On test samples that nobody trained on. ${sentence}` +
      'Merged: the model whose parameters are the average of all peers’. The others are of ' +
      'each peer’s own model. Merged far above the mean: peers disagree, and one averaging at the end would repair it.',
    ...drawLines(
      [
        { name: 'merged', points: line(({ merged }) => merged), colour: colour('blue'), width: 3 },
        { name: 'mean', points: line(({ mean }) => mean), colour: colour('green') },
        { name: 'best', points: line(({ max }) => max), colour: colour('purple'), style: 'dashed', width: 1.5 },
        { name: 'worst', points: line(({ min }) => min), colour: colour('orange'), style: 'dotted' },
      ],
      { name: 'round' },
      { name: axis },
    ),
  }
}
