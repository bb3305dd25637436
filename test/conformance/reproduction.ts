/** A published or recomputed result, and ours under the same settings. `npm run reproduce` writes them to a page. */
export interface Reproduction {
  /** Its number in the list of targets: `C1`. */
  readonly id: string
  readonly title: string
  /** The settings, in a sentence or two. */
  readonly setting: string
  /** Takes minutes at most. @param tell called with the progress */
  run(tell: (line: string) => void): Promise<ReproductionResult>
}

export interface ReproductionResult {
  readonly rows: readonly ReproductionRow[]
  /** Differences, and their reasons. */
  readonly remarks: readonly string[]
}

export interface ReproductionRow {
  readonly what: string
  /** With its source: published, or recomputed independently. */
  readonly expected: string
  readonly measured: string
}
