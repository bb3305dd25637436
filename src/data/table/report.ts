import type { TableSchema } from '../../table/schema.ts'
import type { SiteSchema } from '../../table/site-schema.ts'

/** What was understood of a table, where the user asks, or it decides what is learned. */
export interface TableReport {
  readonly schema: TableSchema
  /** What the table holds; undefined where it was read by a schema that was given. */
  readonly site?: SiteSchema
  /** Rows whose label is missing. */
  readonly unlabelled: number
  /** Columns that are not learned from, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** Cells that are missing of columns of numbers: they become the mean that the swarm agrees on. */
  readonly gaps: number
  /** How the file is written, where not as usual. */
  readonly dialect: string
}
