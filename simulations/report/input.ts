import type { RunResult } from '../result.ts'
import type { SweepOutcome } from '../sweep/outcome.ts'

// Apart from the pages that are made of them, whose types are those of a charting library.

/** What a report is made from. */
export interface ReportInput {
  readonly result: RunResult
  /** What reproduces the run, as it is typed. */
  readonly command: string
  /** What is in the file of the topology `file:EDGES`, where that is the one. */
  readonly edges?: string
}

/** What a comparison is made from. */
export interface SweepReportInput {
  readonly title: string
  /** What was tried and what to expect of it, where somebody says so. */
  readonly lead: readonly string[]
  readonly outcomes: readonly SweepOutcome[]
  /** What runs all of it, as it is typed. */
  readonly command: string
}
