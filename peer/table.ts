import { styleText } from 'node:util'
import Table from 'cli-table3'
import { columnsOf, widthOf, wrap } from './prose.ts'

/** A column of a table: those to the left hold words, those to the right figures. */
export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const

/** What stands in a table: a cell of each row for each column. */
export interface Cells {
  /** The most important first. */
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

const INDENT = '  '

/** A table without lines. Of a terminal it takes the columns that fit, and says which do not. */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  stream: NodeJS.WriteStream,
): string {
  const fitting = fitColumns({ columns, rows }, stream.columns ?? Number.POSITIVE_INFINITY)
  const table = drawCells(fitting, stream)
  const missing = columns.slice(fitting.columns.length).map(({ title }) => title)
  if (missing.length === 0) return table
  const note = wrap(`in a wider terminal also: ${missing.join(', ')}`, INDENT, widthOf(stream))
  return `${table}\n${styleText('dim', note, { stream })}`
}

/** As many columns, from the first, as fit side by side; the first is there whatever its width. */
export function fitColumns({ columns, rows }: Cells, width: number): Cells {
  let taken = INDENT.length
  let shown = 0
  for (const [i, { title }] of columns.entries()) {
    taken += Math.max(columnsOf(title), ...rows.map(row => columnsOf(row[i]))) + (i === 0 ? 0 : NO_LINES.middle.length)
    if (taken > width && i > 0) break
    shown++
  }
  return { columns: columns.slice(0, shown), rows: rows.map(row => row.slice(0, shown)) }
}

/**
 * The same, with all columns that there are.
 *
 * @param stream decides whether there may be colours
 */
export function drawCells({ columns, rows }: Cells, stream: NodeJS.WriteStream): string {
  const table = new Table({
    head: columns.map(({ title }) => styleText('dim', title, { stream })),
    colAligns: columns.map(({ align }) => align),
    chars: NO_LINES,
    // Its own colours know nothing of NO_COLOR.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows.map(row => [...row]))
  return table
    .toString()
    .split('\n')
    .map(line => `${INDENT}${line.trimEnd()}`)
    .join('\n')
}

/** Names and values under one another, each with a few words on what it means. */
export function drawFacts(
  facts: readonly (readonly [name: string, value: string, meaning?: string])[],
  stream: NodeJS.WriteStream,
): string {
  const names = Math.max(...facts.map(([name]) => name.length))
  const values = Math.max(...facts.filter(([, , meaning]) => meaning !== undefined).map(([, value]) => value.length), 0)
  return facts
    .map(([name, value, meaning]) => {
      const start = `  ${styleText('dim', name.padEnd(names), { stream })}  `
      return meaning === undefined
        ? `${start}${value}`
        : `${start}${value.padEnd(values)}  ${styleText('dim', meaning, { stream })}`
    })
    .join('\n')
}
