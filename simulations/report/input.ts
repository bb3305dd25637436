import type { RunResult } from '../result.ts'
import type { SweepOutcome } from '../sweep/outcome.ts'

// Apart from the pages that are made of them, whose types are those of a charting library.

/** The data of a report. */
export interface ReportInput {
  readonly result: RunResult
  /** The command that reproduces the run, as it is typed. */
  readonly command: string
  /** The content of the file of the topology `file:EDGES`, where that is the one. Default: what the result has of it. */
  readonly edges?: string
}

/** The data of a comparison. */
export interface SweepReportInput {
  readonly title: string
  /** Paragraphs on what was tried and what to expect of it, where there are any. */
  readonly lead: readonly string[]
  readonly outcomes: readonly SweepOutcome[]
  /** The command that runs all of it, as it is typed. */
  readonly command: string
}

/** The data of a figure for a paper. */
export interface FigureInput {
  /** One run, or many: those that differ in nothing but their seed become one line. */
  readonly outcomes: readonly SweepOutcome[]
  /** A column of the rounds' CSV. Default: accuracy, R² or loss of the merged model, and the consensus distance where nothing is learned. */
  readonly quantity?: string
}
