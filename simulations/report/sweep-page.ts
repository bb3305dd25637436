import type { SweepOutcome } from '../sweep/outcome.ts'
import { aboutSeeds, coursesOf } from './courses.ts'
import { bytes, count, counted, magnitude, percent, seconds } from './figures.ts'
import type { SweepReportInput } from './input.ts'
import type { Page, PageTable } from './page.ts'
import { accuracyOverBytesPlot, distancesPlot, localQualityPlot, mergedPlot } from './plots/compared.ts'

/** More lines cannot be told apart; the table has them all. */
const MOST_LINES = 24

type WithResult = Extract<SweepOutcome, { result: unknown }>

export function sweepPage({ title, lead, outcomes, command }: SweepReportInput): Page {
  const ran = outcomes.filter(outcome => 'result' in outcome)
  const courses = coursesOf(outcomes).filter(({ results }) => results.length > 0)
  const drawn = courses.slice(0, MOST_LINES)
  return {
    title,
    lead: [...lead, summary(outcomes)],
    notes: [
      ...aboutSeeds(drawn),
      ...(courses.length > MOST_LINES
        ? [`Plots show the first ${MOST_LINES} of ${count(courses.length)} lines; the table has all.`]
        : []),
    ],
    plots: [mergedPlot(drawn), localQualityPlot(drawn), distancesPlot(drawn), accuracyOverBytesPlot(drawn)].filter(
      plot => plot !== undefined,
    ),
    tables: [figuresTable(ran), ...reasonsTable(outcomes)],
    command,
    appendix: [{ title: 'Each run by itself', text: outcomes.map(({ command }) => command).join('\n') }],
  }
}

function summary(outcomes: readonly SweepOutcome[]): string {
  const statuses = [...new Set(outcomes.map(({ status }) => status))]
  const counts = statuses.map(status => `${count(outcomes.filter(one => one.status === status).length)} ${status}`)
  return `${counted(outcomes.length, 'run')}: ${counts.join(', ')}.`
}

function figuresTable(ran: readonly WithResult[]): PageTable {
  const columns = COLUMNS.filter(({ of }) => ran.some(outcome => of(outcome) !== null))
  return {
    title: 'What came out',
    columns: ['run', ...columns.map(({ name }) => name)],
    rows: ran.map(outcome => [outcome.name, ...columns.map(({ of }) => of(outcome) ?? '–')]),
  }
}

const COLUMNS: readonly { readonly name: string; readonly of: (outcome: WithResult) => string | null }[] = [
  { name: 'ended', of: ({ status, result }) => `${status}, round ${count(result.final.round)}` },
  { name: 'merged accuracy', of: ({ result: { final } }) => written(final.merged?.accuracy, percent) },
  { name: 'mean', of: ({ result: { final } }) => written(final.localAccuracy?.mean, percent) },
  { name: 'worst', of: ({ result: { final } }) => written(final.localAccuracy?.min, percent) },
  { name: 'merged R²', of: ({ result: { final } }) => written(final.merged?.r2, magnitude) },
  { name: 'merged RMSE', of: ({ result: { final } }) => written(final.merged?.rmse, magnitude) },
  { name: 'mean R²', of: ({ result: { final } }) => written(final.localR2?.mean, magnitude) },
  { name: 'worst R²', of: ({ result: { final } }) => written(final.localR2?.min, magnitude) },
  { name: 'merged loss', of: ({ result: { final } }) => written(final.merged?.loss, magnitude) },
  { name: 'distance', of: ({ result: { final } }) => magnitude(final.consensusDistance) },
  { name: 'drift of the mean', of: ({ result: { final } }) => written(final.meanDrift, magnitude) },
  { name: 'spectral gap', of: ({ result }) => written(result.spectralGap, magnitude) },
  { name: 'sent', of: ({ result: { final } }) => bytes(final.bytesSent) },
  { name: 'simulated', of: ({ result: { final } }) => seconds(final.time) },
  { name: 'took', of: ({ result: { timing } }) => seconds(timing.wallSeconds) },
]

function written(value: number | null | undefined, as: (value: number) => string): string | null {
  return value === null || value === undefined ? null : as(value)
}

function reasonsTable(outcomes: readonly SweepOutcome[]): PageTable[] {
  const without = outcomes.filter(outcome => 'reason' in outcome)
  if (without.length === 0) return []
  return [
    {
      title: 'What could not be run',
      rows: without.map(({ name, status, reason }) => [name, `${status}: ${reason}`]),
    },
  ]
}
