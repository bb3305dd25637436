import { styleText } from 'node:util'
import Table from 'cli-table3'

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

/**
 * A table without lines.
 *
 * @param stream decides whether there may be colours
 */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  stream: NodeJS.WriteStream,
): string {
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
    .map(line => `  ${line.trimEnd()}`)
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
