import type { RoundResult } from '../result.ts'
import { settings, whatCameOut, whatIsMissing, whatWasRun } from './facts.ts'
import { bytes, count, counted, magnitude, percent, seconds } from './figures.ts'
import type { ReportInput } from './input.ts'
import { thinned } from './lines.ts'
import type { Page, PageTable } from './page.ts'
import { accuracyPlot, r2Plot } from './plots/accuracy.ts'
import { bytesPlot } from './plots/bytes.ts'
import { consensusDistancePlot } from './plots/consensus-distance.ts'
import { lossPlot } from './plots/loss.ts'
import { pairwiseDistancesPlot } from './plots/pairwise-distances.ts'
import { topologyPlot } from './plots/topology.ts'
import { worthTables } from './worth-tables.ts'

/** Rounds that are written out as figures. */
const MOST_ROWS = 60

export function runPage({ result, command, edges }: ReportInput): Page {
  const { recipe, peers, rounds, notes = [] } = result
  return {
    title: `${counted(peers, 'peer')}, ${recipe.averaging.rule} on ${recipe.averaging.topology}: ${recipe.objective.task}`,
    lead: [whatWasRun(result), whatCameOut(result).join(' ')],
    warning: whatIsMissing(result),
    notes,
    plots: [
      accuracyPlot(result),
      r2Plot(result),
      lossPlot(result),
      consensusDistancePlot(result),
      bytesPlot(result),
      topologyPlot(result, edges ?? result.edges),
      pairwiseDistancesPlot(result),
    ].filter(plot => plot !== undefined),
    tables: [
      ...worthTables(result.final.merged?.figures),
      { title: 'The run', rows: settings(result) },
      figuresTable(rounds),
    ],
    command,
    appendix: [{ title: 'The recipe', text: JSON.stringify(recipe, null, 2) }],
  }
}

function figuresTable(rounds: readonly RoundResult[]): PageTable {
  const shown = thinned(rounds, MOST_ROWS)
  const some = shown.length === rounds.length ? '' : `, ${shown.length} of ${count(rounds.length)} evaluations`
  // A figure that was never measured would be a column of dashes.
  const columns = COLUMNS.filter(({ of }) => rounds.some(round => of(round) !== null))
  return {
    title: `The figures, round by round${some}`,
    columns: columns.map(({ name }) => name),
    rows: shown.map(round => columns.map(({ of }) => of(round) ?? '–')),
    folded: true,
  }
}

const COLUMNS: readonly { readonly name: string; readonly of: (round: RoundResult) => string | null }[] = [
  { name: 'round', of: ({ round }) => count(round) },
  { name: 'time', of: ({ time }) => seconds(time) },
  { name: 'distance', of: ({ consensusDistance }) => magnitude(consensusDistance) },
  { name: 'drift of the mean', of: ({ meanDrift }) => written(meanDrift, magnitude) },
  { name: 'merged accuracy', of: ({ merged }) => written(merged?.accuracy ?? null, percent) },
  { name: 'mean', of: ({ localAccuracy }) => written(localAccuracy?.mean ?? null, percent) },
  { name: 'worst', of: ({ localAccuracy }) => written(localAccuracy?.min ?? null, percent) },
  { name: 'best', of: ({ localAccuracy }) => written(localAccuracy?.max ?? null, percent) },
  { name: 'merged R²', of: ({ merged }) => written(merged?.r2 ?? null, magnitude) },
  { name: 'merged RMSE', of: ({ merged }) => written(merged?.rmse ?? null, magnitude) },
  { name: 'mean R²', of: ({ localR2 }) => written(localR2?.mean ?? null, magnitude) },
  { name: 'worst R²', of: ({ localR2 }) => written(localR2?.min ?? null, magnitude) },
  { name: 'merged loss', of: ({ merged }) => written(merged?.loss ?? null, magnitude) },
  { name: 'local loss', of: ({ localLoss }) => written(localLoss, magnitude) },
  { name: 'sent', of: ({ bytesSent }) => bytes(bytesSent) },
  { name: 'messages', of: ({ messages }) => count(messages) },
]

function written(value: number | null, as: (value: number) => string): string | null {
  return value === null ? null : as(value)
}
