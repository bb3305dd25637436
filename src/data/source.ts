import type { Dataset } from './dataset.ts'

/** Samples to learn from, and samples to be judged by. Both have the same shape and classes. */
export interface Split {
  readonly train: Dataset
  readonly test: Dataset
}

export interface LoadOptions {
  /** For whatever is random: the digits themselves, the order of a CSV file's rows. */
  readonly seed: number | string
  /**
   * Training samples to load at most, or to generate; all of a file's, or the default, where absent. The test samples
   * are the same whatever this is, so that figures can be compared.
   */
  readonly samples?: number
  /** Called with each warning about data that can be used all the same. Default: warnings are dropped. */
  readonly warn?: (message: string) => void
  /** Refuses what would be skipped: an image that cannot be read. Default: no. */
  readonly strict?: boolean
  /**
   * Shape of one sample as the swarm's recipe has it: images are stretched to its size and have its channels, where the source says
   * nothing else. Default: as the data are.
   */
  readonly shape?: readonly number[]
  /** Bytes beyond which inputs are kept in a temporary file. Default: 512 MiB. */
  readonly memoryLimitBytes?: number
}

/** A kind of data source. To add one: a file that exports one of these, a line in `sources.ts`, and one in the catalogue. */
export interface DataSource {
  /** @param argument what follows the first colon; empty where nothing does */
  load(argument: string, options: LoadOptions): Promise<Split>
}
