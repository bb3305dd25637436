import type { RoundResult, RunResult } from '../result.ts'

/** The value of each column, in the order of the file. Programs rely on the names. */
export const COLUMNS = {
  round: ({ round }) => round,
  time: ({ time }) => time,
  consensusDistance: ({ consensusDistance }) => consensusDistance,
  meanSquaredDistance: ({ meanSquaredDistance }) => meanSquaredDistance,
  meanDrift: ({ meanDrift }) => meanDrift,
  localLoss: ({ localLoss }) => localLoss,
  localAccuracyMean: ({ localAccuracy }) => localAccuracy?.mean ?? null,
  localAccuracyMin: ({ localAccuracy }) => localAccuracy?.min ?? null,
  localAccuracyMax: ({ localAccuracy }) => localAccuracy?.max ?? null,
  mergedLoss: ({ merged }) => merged?.loss ?? null,
  mergedAccuracy: ({ merged }) => merged?.accuracy ?? null,
  bytesSent: ({ bytesSent }) => bytesSent,
  messages: ({ messages }) => messages,
  localR2Mean: ({ localR2 }) => localR2?.mean ?? null,
  localR2Min: ({ localR2 }) => localR2?.min ?? null,
  localR2Max: ({ localR2 }) => localR2?.max ?? null,
  mergedR2: ({ merged }) => merged?.r2 ?? null,
  mergedRmse: ({ merged }) => merged?.rmse ?? null,
  mergedMae: ({ merged }) => merged?.mae ?? null,
} as const satisfies Readonly<Record<string, (round: RoundResult) => number | null>>

export type ColumnName = keyof typeof COLUMNS

/** The rounds of a run for a spreadsheet: a row each, what was not measured left empty. */
export async function roundsAsCsv({ rounds }: RunResult): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  return stringify(
    rounds.map(round => Object.values(COLUMNS).map(of => of(round))),
    { header: true, columns: Object.keys(COLUMNS) },
  )
}
