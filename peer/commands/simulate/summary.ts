import { styleText } from 'node:util'
import type { RoundResult, RunResult } from '../../../src/index.ts'
import { describeWorth } from '../../figures.ts'
import { wrap } from '../../prose.ts'
import { amount, coefficient, mainFigure } from '../../quality.ts'
import { describePartial } from '../../result-file.ts'
import { describeSample, lossOfLanguage } from '../../sample.ts'
import { type Column, drawFacts, drawTable } from '../../table.ts'
import { bytes, count, distance, percent, seconds } from '../../words.ts'

/** Rounds that are shown: enough to see how it went. */
const SHOWN = 8

/** How a simulation went, for people. */
export function describeSimulation(result: RunResult): string {
  const stream = process.stdout
  const learns = result.final.merged !== null
  const columns: Column[] = [
    { title: 'round', align: 'right' },
    { title: 'time', align: 'right' },
    { title: 'distance', align: 'right' },
    ...(learns
      ? [
          { title: 'merged', align: 'right' } as const,
          { title: 'local mean', align: 'right' } as const,
          { title: 'local worst', align: 'right' } as const,
        ]
      : [{ title: 'drift of the mean', align: 'right' } as const]),
    { title: 'sent', align: 'right' },
  ]
  const rows = spreadOut(result.rounds, SHOWN).map(round => rowOf(round, learns))
  const meaning = learns
    ? `Distance: how far the peers are apart. Merged: ${result.final.localR2 === undefined ? 'accuracy' : 'R²'} of the average of all; local: of each its own.`
    : 'Distance: how far the peers are apart, relative. Averaging must not move their mean: drift says by how much.'
  return [
    '',
    drawTable(columns, rows, stream),
    '',
    styleText('dim', wrap(meaning, '  '), { stream }),
    '',
    drawFacts(factsOf(result), stream),
    '',
    ...describeWorth(result, 'the merged model', stream),
    ...(result.notes ?? []).map(note => `${wrap(`Note: ${note}`, '  ')}\n`),
    ...(result.sample === undefined ? [] : [describeSample(result.sample, 'the merged model', stream)]),
  ].join('\n')
}

function rowOf(round: RoundResult, learns: boolean): string[] {
  const figures = learns
    ? [
        mainFigure(round.merged),
        ...(round.localR2 === undefined
          ? [percent(round.localAccuracy?.mean ?? null), percent(round.localAccuracy?.min ?? null)]
          : [coefficient(round.localR2.mean), coefficient(round.localR2.min)]),
      ]
    : [distance(round.meanDrift)]
  return [
    count(round.round),
    seconds(round.time),
    distance(round.consensusDistance),
    ...figures,
    bytes(round.bytesSent),
  ]
}

/** The first, the last, and some between. */
function spreadOut<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items]
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))])
}

/** Errors of the merged model, in the units of the data; of each output, where there are several. */
function errorsOf({ recipe, final: { merged } }: Pick<RunResult, 'recipe' | 'final'>): [string, string][] {
  if (merged?.rmse === undefined) return []
  const { perTarget = [] } = merged
  const label = recipe.data.table?.label
  const names = label?.kind === 'number' ? label.targets.map(({ name }) => name) : []
  const describe = (rmse: number, mae = Number.NaN) => `${amount(rmse)}, MAE ${amount(mae)}`
  return [
    // A mean over outputs in units of their own tells nothing.
    ...(perTarget.length > 1 ? [] : [['RMSE', describe(merged.rmse, merged.mae)] satisfies [string, string]]),
    ...perTarget.map(({ rmse, mae, r2 }, index): [string, string] => [
      names[index] ?? `output ${index + 1}`,
      `RMSE ${describe(rmse, mae)}, R² ${coefficient(r2)}`,
    ]),
  ]
}

function factsOf({ recipe, sealed, final, spectralGap, timing, engine, partial }: RunResult): [string, string][] {
  return [
    ...lossOfLanguage(recipe, final).map(loss => ['loss', `${loss} nats per character`] satisfies [string, string]),
    ...errorsOf({ recipe, final }),
    ...(spectralGap === null ? [] : [['spectral gap', spectralGap.toPrecision(3)] satisfies [string, string]]),
    ['messages', count(final.messages)],
    [engine === 'libp2p' ? 'time' : 'took', seconds(timing.wallSeconds)],
    ...(partial === undefined ? [] : [['partial', describePartial(partial)] satisfies [string, string]]),
    // Rounds of the matrix engine end without a seal.
    ...(sealed || engine === 'matrix'
      ? []
      : [['sealed', 'no; the parameters are the average'] satisfies [string, string]]),
    [sealed ? 'sealed on' : 'parameters', final.parametersHash],
  ]
}
