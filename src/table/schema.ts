/**
 * What the columns of a swarm's tables are: the part of a recipe that makes one thing of files that were written at different
 * places. Files are matched to it by the names of their columns, in whatever order these come.
 *
 * @packageDocumentation
 */

import { z } from 'zod'

const name = z.string().min(1).describe('The name of the column, as the head of a file has it.')

const origin = z
  .number()
  .default(0)
  .describe(
    'What is subtracted from a number before it becomes float32, so that the digits in which large values differ (times, pressures, account ' +
      "numbers) are not lost. About the mean, rounded to the deviation's leading digit so that it tells nobody's row.",
  )

const missingNumber = z
  .enum(['mean', 'refuse'])
  .default('mean')
  .describe('A missing number becomes the mean that the swarm agrees on, or makes a row that is refused.')

const numberColumn = z
  .strictObject({ name, kind: z.literal('number').describe('A number.'), origin, missing: missingNumber })
  .describe('A measured or counted quantity: one feature.')

const yesNoColumn = z
  .strictObject({ name, kind: z.literal('yes/no').describe('Yes or no.'), missing: missingNumber })
  .describe('Yes or no, however a file spells it (true, T, Y, 1, …): one feature, 1 or 0.')

const dateColumn = z
  .strictObject({ name, kind: z.literal('date').describe('A day or a time.'), origin, missing: missingNumber })
  .describe(
    "A day or a time: one feature, in seconds since the beginning of 1970, UTC. How a file writes it is the file's own matter.",
  )

const categoryColumn = z
  .strictObject({
    name,
    kind: z.literal('category').describe('One of several values.'),
    values: z.array(z.string().min(1)).min(1).describe('The values, each of which is a feature.'),
    other: z
      .boolean()
      .default(false)
      .describe(
        'Whether values that are not listed are one more, together: rare ones that a site did not name. Otherwise they are refused.',
      ),
    missing: z
      .enum(['value', 'refuse'])
      .default('refuse')
      .describe('A missing one is a value of its own, or makes a row that is refused.'),
  })
  .refine(({ values }) => new Set(values).size === values.length, {
    path: ['values'],
    error: 'a value is listed twice',
  })
  .describe('One of several values: a feature for each, 1 for the one that is there and 0 for the others.')

const column = z.discriminatedUnion('kind', [numberColumn, yesNoColumn, dateColumn, categoryColumn])

const label = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('class').describe('A class.'), name })
      .describe("A class; the names of all are the model's."),
    z
      .strictObject({
        kind: z.literal('number').describe('Numbers.'),
        targets: z
          .array(z.strictObject({ name, origin }))
          .min(1)
          .describe('The columns that hold them, in the order of the outputs.'),
      })
      .describe('One or several numbers.'),
  ])
  .describe('What is to be predicted. A row without it is left out.')

/** The columns of a swarm's tables, as a recipe has them. */
export const tableSchema = z
  .strictObject({
    columns: z.array(column).min(1).describe("The columns, in the order of the model's features."),
    label,
    missing: z
      .array(z.string().min(1))
      .describe('Texts that stand for a missing value, beside the empty cell, in any case of letters.'),
  })
  .superRefine(({ columns, label }, context) => {
    const names = [...columns.map(({ name }) => name), ...labelNames(label)]
    const seen = new Set<string>()
    const again = names.find(name => seen.size === seen.add(name).size)
    if (again === undefined) return
    context.addIssue({ code: 'custom', message: `two columns are named ${JSON.stringify(again)}` })
  })
  .describe(
    "The columns of the swarm's tables, where its data are tables: each peer's file is read by them, whatever their order there.",
  )

/** The columns of a swarm's tables, with every default filled in. */
export type TableSchema = z.infer<typeof tableSchema>
/** A column of the tables of a swarm. */
export type TableColumn = TableSchema['columns'][number]
/** What is to be predicted. */
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
