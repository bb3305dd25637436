import type { RunResult } from '../result.ts'

/** The last figures of a run, null where they were not measured. Files rely on the names. */
export const FIGURES = {
  round: ({ final }) => final.round,
  time: ({ final }) => final.time,
  consensusDistance: ({ final }) => final.consensusDistance,
  meanSquaredDistance: ({ final }) => final.meanSquaredDistance,
  meanDrift: ({ final }) => final.meanDrift,
  localLoss: ({ final }) => final.localLoss,
  localAccuracyMean: ({ final }) => final.localAccuracy?.mean ?? null,
  localAccuracyMin: ({ final }) => final.localAccuracy?.min ?? null,
  localAccuracyMax: ({ final }) => final.localAccuracy?.max ?? null,
  mergedLoss: ({ final }) => final.merged?.loss ?? null,
  mergedAccuracy: ({ final }) => final.merged?.accuracy ?? null,
  bytesSent: ({ final }) => final.bytesSent,
  messages: ({ final }) => final.messages,
  spectralGap: ({ spectralGap }) => spectralGap,
  localR2Mean: ({ final }) => final.localR2?.mean ?? null,
  localR2Min: ({ final }) => final.localR2?.min ?? null,
  localR2Max: ({ final }) => final.localR2?.max ?? null,
  mergedR2: ({ final }) => final.merged?.r2 ?? null,
  mergedRmse: ({ final }) => final.merged?.rmse ?? null,
  mergedMae: ({ final }) => final.merged?.mae ?? null,
} as const satisfies Readonly<Record<string, (result: RunResult) => number | null>>

export type FigureName = keyof typeof FIGURES
