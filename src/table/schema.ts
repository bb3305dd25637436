/**
 * What the columns of a swarm's tables are: the part of a recipe that makes one thing of files that were written at different
 * places. Files are matched to it by the names of their columns, in whatever order these come.
 *
 * @packageDocumentation
 */

import { z } from 'zod'

const name = z.string().min(1)

/**
 * What is subtracted from a number before it becomes float32, so that the digits in which large values differ (times, pressures,
 * account numbers) are not lost. About the mean, rounded to the deviation's leading digit so that it tells nobody's row.
 */
const origin = z.number().default(0)

/** Missing numbers become the mean that the swarm agrees on, or make a row that is refused. */
const missingNumber = z.enum(['mean', 'refuse']).default('mean')

/** A measured or counted quantity: one feature. */
const numberColumn = z.strictObject({ name, kind: z.literal('number'), origin, missing: missingNumber })

/** Yes or no, however a file spells it (true, T, Y, 1, …): one feature, 1 or 0. */
const yesNoColumn = z.strictObject({ name, kind: z.literal('yes/no'), missing: missingNumber })

/** A day or a time: one feature, in seconds since the beginning of 1970, UTC. How a file writes it is the file's own matter. */
const dateColumn = z.strictObject({ name, kind: z.literal('date'), origin, missing: missingNumber })

/** One of several values: a feature for each, 1 for the one that is there and 0 for the others. */
const categoryColumn = z
  .strictObject({
    name,
    kind: z.literal('category'),
    values: z.array(z.string().min(1)).min(1),
    /** Whether values that are not listed are one more, together: rare ones that a site did not name. Otherwise they are refused. */
    other: z.boolean().default(false),
    /** A missing one is a value of its own, or makes a row that is refused. */
    missing: z.enum(['value', 'refuse']).default('refuse'),
  })
  .refine(({ values }) => new Set(values).size === values.length, {
    path: ['values'],
    error: 'a value is listed twice',
  })

const column = z.discriminatedUnion('kind', [numberColumn, yesNoColumn, dateColumn, categoryColumn])

/** What is to be predicted: a class, whose names are the model's; or one or several numbers. A row without it is left out. */
const label = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('class'), name }),
  z.strictObject({
    kind: z.literal('number'),
    targets: z.array(z.strictObject({ name, origin })).min(1),
  }),
])

export const tableSchema = z
  .strictObject({
    /** In the order of the model's features. */
    columns: z.array(column).min(1),
    label,
    /** Texts that stand for a missing value, beside the empty cell, in any case of letters. */
    missing: z.array(z.string().min(1)),
  })
  .superRefine(({ columns, label }, context) => {
    const names = [...columns.map(({ name }) => name), ...labelNames(label)]
    const seen = new Set<string>()
    const again = names.find(name => seen.size === seen.add(name).size)
    if (again === undefined) return
    context.addIssue({ code: 'custom', message: `two columns are named ${JSON.stringify(again)}` })
  })

/** The columns of a swarm's tables, with every default filled in. */
export type TableSchema = z.infer<typeof tableSchema>
export type TableColumn = TableSchema['columns'][number]
export type TableLabel = TableSchema['label']

/** The same columns, their numbers as they are: for models that look them up or count on their size. */
export function withoutOrigins({ columns, label, ...rest }: TableSchema): TableSchema {
  return {
    ...rest,
    columns: columns.map(column => ('origin' in column ? { ...column, origin: 0 } : column)),
    label:
      label.kind === 'class' ? label : { ...label, targets: label.targets.map(({ name }) => ({ name, origin: 0 })) },
  }
}

/** The columns that hold the label: one, or one for each target. */
export function labelNames(label: TableLabel): string[] {
  return label.kind === 'class' ? [label.name] : label.targets.map(({ name }) => name)
}

/** Features that a column becomes. */
export function columnWidth(column: TableColumn): number {
  if (column.kind !== 'category') return 1
  return column.values.length + (column.other ? 1 : 0) + (column.missing === 'value' ? 1 : 0)
}

/** Features of a table: the length of the model's input. */
export function tableWidth({ columns }: Pick<TableSchema, 'columns'>): number {
  return columns.reduce((sum, column) => sum + columnWidth(column), 0)
}

/**
 * `[features]`: names, in their order. Of a category `port=Cherbourg` for each value, then `port=(other)` and `port=(missing)` where the
 * column has them.
 */
export function featureNames({ columns }: Pick<TableSchema, 'columns'>): string[] {
  return columns.flatMap(column => {
    if (column.kind !== 'category') return [column.name]
    const { values, other, missing } = column
    const all = [...values, ...(other ? ['(other)'] : []), ...(missing === 'value' ? ['(missing)'] : [])]
    return all.map(value => `${column.name}=${value}`)
  })
}

/**
 * Features that are standardised: numbers, yes or no, dates. Those of categories stay 0 and 1, since the deviation of a rare value would
 * blow it up.
 */
export function standardisedFeatures({ columns }: Pick<TableSchema, 'columns'>): Int32Array {
  let feature = 0
  const indices: number[] = []
  for (const column of columns) {
    if (column.kind !== 'category') indices.push(feature)
    feature += columnWidth(column)
  }
  return Int32Array.from(indices)
}
