/**
 * What one site has: the columns of its table without its rows. Sites exchange these to write a recipe together.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { UsageError } from '../errors.ts'

const count = z.int().min(0)
const name = z.string().min(1)
/** Rounded, so that they tell of nobody: see {@link roundedTo}. */
const moments = { mean: z.number(), deviation: z.number().min(0) }
/** Cells that are missing. */
const missing = count
/** Whether the column says the same in every row of this site. */
const constant = z.literal(true).optional()

const siteColumn = z.discriminatedUnion('kind', [
  /** `binary`: every number is 0 or 1. */
  z.strictObject({
    name,
    kind: z.literal('number'),
    ...moments,
    missing,
    constant,
    binary: z.literal(true).optional(),
  }),
  z.strictObject({ name, kind: z.literal('date'), ...moments, missing, constant }),
  z.strictObject({ name, kind: z.literal('yes/no'), values: z.array(name), missing, constant }),
  /** `rare`: how many more values there are, of few rows each, which are not listed. */
  z.strictObject({ name, kind: z.literal('category'), values: z.array(name), rare: count, missing, constant }),
  z.strictObject({ name, kind: z.literal('empty'), missing }),
])

const siteLabel = z.discriminatedUnion('kind', [
  /** Rows of each class. `numbered`: all are numbers. */
  z.strictObject({ kind: z.literal('class'), name, classes: z.record(z.string(), count), missing }),
  z.strictObject({ kind: z.literal('number'), targets: z.array(z.strictObject({ name, ...moments })).min(1), missing }),
])

const siteSchema = z.strictObject({
  /** Version of this format. */
  hearsaySchema: z.literal('1'),
  /** That have a label. */
  rows: z.int().min(1),
  columns: z.array(siteColumn),
  label: siteLabel,
  /** Columns that are not learned from, and why. */
  leftOut: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  /** What stands for a missing value, beside the empty cell. */
  missing: z.array(z.string().min(1)),
})

/** What one site has: what `hearsay schema` writes. */
export type SiteSchema = z.infer<typeof siteSchema>
/** A column of one site, and what is told of it. */
export type SiteColumn = SiteSchema['columns'][number]
/** What one site has to predict. */
export type SiteLabel = SiteSchema['label']

/** A site's schema that cannot be: which field, what is accepted. */
export class SiteSchemaError extends UsageError {
  override readonly name = 'SiteSchemaError'
}

/**
 * Reads what `hearsay schema` wrote.
 *
 * @param file for messages
 * @throws SiteSchemaError naming the first field that is wrong
 */
export function parseSiteSchema(content: unknown, file: string): SiteSchema {
  const parsed = siteSchema.safeParse(content)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  const field = path.length === 0 ? '' : `, field ${path.join('.')}`
  throw new SiteSchemaError(`${file}${field}: ${message}; expected what hearsay schema --data SOURCE writes`)
}

/** A deviation to its leading two digits. */
export function roundedDeviation(deviation: number): number {
  return Number(deviation.toPrecision(2))
}

/**
 * A mean, rounded to a tenth of the deviation's leading digit: more would tell of single rows. One that never varies is told to six digits,
 * as everybody's value is known then anyway.
 */
export function roundedMean(mean: number, deviation: number): number {
  if (!(deviation > 0)) return Number(mean.toPrecision(6))
  const step = 10 ** (Math.floor(Math.log10(deviation)) - 1)
  return Number((Math.round(mean / step) * step).toPrecision(15))
}
