/**
 * What was understood of a table, for people.
 *
 * @packageDocumentation
 */

import type { TableReport } from '../src/index.ts'
import type { SiteSchema, TableSchema } from '../src/public/tables.ts'
import { wrap } from './prose.ts'
import { count, counted } from './words.ts'

/** Values and classes of a column that are listed. */
const MOST_LISTED = 8

/** What a source is taken for: one line. */
export function headline(name: string, { schema, site }: TableReport): string {
  const { columns, label } = schema
  const from = `from ${counted(columns.length, 'column')} of ${name}`
  if (label.kind === 'number') {
    return `regression: predicts ${label.targets.map(target => JSON.stringify(target.name)).join(', ')}, measured, ${from}`
  }
  const classes = site?.label.kind === 'class' ? `, ${count(Object.keys(site.label.classes).length)} classes,` : ''
  return `classification: predicts ${JSON.stringify(label.name)}${classes} ${from}`
}

/** What is left out, and how the file is written: a line each, where there is anything to say. */
export function sideNotes({ leftOut, dialect, gaps }: TableReport): string[] {
  return [
    ...leftOut.map(
      ({ name, reason }) => `left out ${name === '' ? 'the column without a name' : JSON.stringify(name)}: ${reason}`,
    ),
    ...(gaps === 0 ? [] : [`${counted(gaps, 'missing number')}: each becomes the mean that the swarm agrees on`]),
    ...(dialect === '' ? [] : [`read as ${dialect}`]),
  ]
}

/** Everything about a site's table: rows, each column's kind, classes with their rows, what is left out and why. */
export function describeSite(
  name: string,
  site: SiteSchema,
  { unlabelled, dialect }: { readonly unlabelled: number; readonly dialect: string },
): string {
  const { label } = site
  const without = unlabelled === 0 ? '' : `, and ${count(unlabelled)} without a label, which are left out`
  const predicted =
    label.kind === 'class'
      ? `classification: predicts ${JSON.stringify(label.name)}: ${listed(Object.entries(label.classes).map(([each, rows]) => `${each} (${count(rows)})`))}`
      : `regression: predicts ${label.targets.map(target => `${JSON.stringify(target.name)} (mean ${target.mean}, deviation ${target.deviation})`).join(', ')}`
  const leftOut = site.leftOut.map(each => ({ ...each, name: each.name === '' ? '(no name)' : each.name }))
  const width = Math.max(...site.columns.map(column => column.name.length), ...leftOut.map(each => each.name.length), 1)
  const line = (column: string, text: string) => {
    const start = `  ${column.padEnd(Math.min(width, LONGEST_NAME))}  `
    return start + wrap(text, ' '.repeat(start.length)).trimStart()
  }
  return [
    predicted,
    `${name}: ${counted(site.rows, 'row')}${without}${dialect === '' ? '' : `; read as ${dialect}`}`,
    ...site.columns.map(column => line(column.name, describeColumn(column))),
    ...leftOut.map(({ name, reason }) => line(name, `left out: ${reason}`)),
  ].join('\n')
}

const LONGEST_NAME = 28
const LONGEST_VALUE = 60

/** The columns of a recipe. */
export function describeSchema({ columns, label }: TableSchema, classNames: readonly string[] | undefined): string {
  const predicted =
    label.kind === 'class'
      ? `classification: predicts ${JSON.stringify(label.name)}: ${listed(classNames ?? [])}`
      : `regression: predicts ${label.targets.map(target => JSON.stringify(target.name)).join(', ')}`
  const width = Math.min(LONGEST_NAME, Math.max(...columns.map(({ name }) => name.length)))
  return [
    predicted,
    ...columns.map(column => {
      const start = `  ${column.name.padEnd(width)}  `
      const values = column.kind === 'category' ? `: ${listed(column.values)}${column.other ? ' or another' : ''}` : ''
      return start + wrap(`${column.kind}${values}`, ' '.repeat(start.length)).trimStart()
    }),
  ].join('\n')
}

function describeColumn(column: SiteSchema['columns'][number]): string {
  if (column.kind === 'empty') return 'left out: every cell is missing'
  if (column.constant) return 'left out: the same in every row'
  const missing = column.missing === 0 ? '' : `; ${count(column.missing)} missing`
  if (column.kind === 'number') return `number, mean ${column.mean}, deviation ${column.deviation}${missing}`
  if (column.kind === 'date') return `date, mean ${new Date(column.mean * 1_000).toISOString().slice(0, 10)}${missing}`
  if (column.kind === 'yes/no') return `yes or no: ${column.values.join(', ')}${missing}`
  const rare = column.rare === 0 ? '' : `, and ${counted(column.rare, 'value')} of fewer than five rows`
  return `category: ${listed(column.values)}${rare}${missing}`
}

function listed(parts: readonly string[]): string {
  const more = parts.length - MOST_LISTED
  const shown = parts.slice(0, MOST_LISTED).map(onOneLine).join(', ')
  return more > 0 ? `${shown} and ${count(more)} more` : shown
}

/** A value of a cell, which may be of several lines, or long. */
function onOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE - 1)}…` : line
}
