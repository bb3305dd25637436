/** The repetitions of every key. */
export type Measurements = Readonly<Record<string, readonly number[]>>

/** One thing that was tried: what it was, and what came of it. Null where it did not get so far. */
export type Row = Readonly<Record<string, string | number | null>>

/** @param say called with sentences on the progress, for people */
export type Benchmark = (say: (line: string) => void) => Promise<{
  /** Between two things measured in the same run. */
  readonly ratios: Measurements
  readonly figures: Measurements
  /** Everything that was tried, where the best of it is what was looked for; kept beside the figures. */
  readonly table?: readonly Row[]
}>
