/** The repetitions of every key. */
export type Measurements = Readonly<Record<string, readonly number[]>>

/** @param say tells a person how far it is */
export type Benchmark = (say: (line: string) => void) => Promise<{
  /** Between two things measured in the same run. */
  readonly ratios: Measurements
  readonly figures: Measurements
}>
