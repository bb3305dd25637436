import type { TableSchema } from '../table/schema.ts'
import type { Dataset } from './dataset.ts'
import type { TableReport } from './table/report.ts'

/** Samples to learn from, and samples to be judged by. Both have the same shape and classes. */
export interface Split {
  readonly train: Dataset
  readonly test: Dataset
  /** What was understood of the table that they come from, where they do. */
  readonly table?: TableReport
}

/** How a source is read, and for what. */
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
  /**
   * The columns of a swarm's tables, by which a table is read; or `every` column is learned from, whatever is in it, as recipes without
   * columns mean it. Other sources have no use for it. Default: what the table itself holds, as {@link Split.table} tells.
   */
  readonly table?: TableSchema | 'every'
  /** What a table's label means, where nobody gives its columns. Default: classes where it is text or few whole numbers, else regression. */
  readonly task?: 'classify' | 'regress'
  /**
   * Whether a table whose columns nobody gives has its numbers less an origin, which keeps the digits of large ones. No where they are not
   * standardised, and a model takes them as they are. Default: yes.
   */
  readonly origins?: boolean
  /** Told how many bytes of a table were read, of how many where that is known. */
  readonly onProgress?: (read: number, of: number | undefined) => void
  /** Bytes beyond which inputs are kept in a temporary file. Default: 512 MiB. */
  readonly memoryLimitBytes?: number
}

/** A kind of data source. To add one: a file that exports one of these, a line in `sources.ts`, and one in the catalogue. */
export interface DataSource {
  /** @param argument what follows the first colon; empty where nothing does */
  load(argument: string, options: LoadOptions): Promise<Split>
}
