import type { RoundResult, SweepOutcome } from '../../../src/public/simulate.ts'
import { wrap } from '../../prose.ts'
import { coefficient, describeQuality, mainFigure } from '../../quality.ts'
import { type Column, drawTable } from '../../table.ts'
import { bytes, count, distance, percent } from '../../words.ts'

/** The outcomes of many runs, for people. */
export function describeOutcomes(outcomes: readonly SweepOutcome[]): string {
  const ran = outcomes.filter(outcome => 'result' in outcome)
  const learns = ran.some(({ result }) => result.final.merged !== null)
  const columns: Column[] = [
    { title: 'run', align: 'left' },
    { title: 'ended', align: 'left' },
    { title: 'round', align: 'right' },
    ...(learns
      ? ([
          { title: 'merged', align: 'right' },
          { title: 'local mean', align: 'right' },
        ] satisfies Column[])
      : []),
    { title: 'distance', align: 'right' },
    { title: 'sent', align: 'right' },
  ]
  const rows = ran.map(({ name, status, result: { final } }) => [
    name,
    status,
    count(final.round),
    ...(learns ? [mergedOf(final.merged), localOf(final)] : []),
    distance(final.consensusDistance),
    bytes(final.bytesSent),
  ])
  const others = outcomes.filter(outcome => 'reason' in outcome)
  const notKept = ran.filter(outcome => outcome.notKept !== undefined)
  const waiting = outcomes.filter(({ status }) => status === 'waiting').length
  return [
    '',
    ...(rows.length === 0 ? [] : [drawTable(columns, rows, process.stdout), '']),
    ...others.map(({ name, status, reason }) => `${wrap(`${name} ${status}: ${reason}`, '  ')}\n`),
    ...notKept.map(({ name, notKept }) => `${wrap(`${name} has no file: ${notKept}`, '  ')}\n`),
    ...(waiting === 0 ? [] : [`  ${count(waiting)} not run yet: the same command goes on\n`]),
  ].join('\n')
}

function mergedOf(merged: RoundResult['merged']): string {
  if (merged === null) return '–'
  return describeQuality(merged) === undefined ? distance(merged.loss) : mainFigure(merged)
}

function localOf({ localAccuracy, localR2 }: RoundResult): string {
  return localR2 === undefined ? percent(localAccuracy?.mean ?? null) : coefficient(localR2.mean)
}
