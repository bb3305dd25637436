import { isNumber } from './decimals.ts'
import type { Cells } from './rows.ts'
import { type CellMarks, firstRows, type TokenizedRow } from './tokenizer.ts'

/** Marks of a table's cells, and the rows of the sample that they were found by, without a `sep=` line. */
export interface Dialect extends CellMarks {
  /** Whether the first line is one that tells Excel the separator, `sep=;`, and holds no cells. */
  readonly hasSeparatorLine: boolean
  readonly rows: readonly TokenizedRow[]
}

/** Separators that are looked for, the commonest first; a space is one only where somebody says so. */
const SEPARATORS = [',', ';', '\t', '|']

/**
 * Finds how cells are separated and quoted. The separator is the one by which the rows have equally many cells, at least two, in which
 * no other separator is left but as a decimal comma.
 *
 * @param sample whole rows, UTF-8
 * @param told the separator, where somebody says it
 */
export async function findDialect(sample: Buffer, told: string | undefined): Promise<Dialect> {
  const text = sample.toString()
  const line = /^"?sep=(.)"?[ \t]*(?:\n|$)/i.exec(text)
  const quote = findQuote(text)
  const separators = told !== undefined ? [told] : line !== null ? [line[1]] : SEPARATORS
  let best: { dialect: Dialect; score: number } | undefined
  for (const separator of separators) {
    const found = await firstRows(sample, { separator, quote })
    const rows = line === null ? found.rows : found.rows.filter(row => row.line > 1)
    const dialect = { separator, quote, hasSeparatorLine: line !== null, rows }
    const even = scoreOf(
      rows.map(({ cells }) => cells),
      separator,
    )
    // With other separators, text follows closing quotes.
    const score = found.isRefused ? even - 1 : even
    if (best === undefined || score > best.score) best = { dialect, score }
  }
  return (best as { dialect: Dialect }).dialect
}

/** Apostrophes are quotes where they enclose a cell in at least every second row, and double quotes enclose none. */
function findQuote(text: string): '"' | "'" {
  if (/(^|[,;\t|])[ ]*"/m.test(text)) return '"'
  let enclosed = 0
  const others = text.replace(/(^|[,;\t|])[ ]*'(?:[^']|'')*'[ ]*(?=[,;\t|]|$)/gm, (_cell, before: string) => {
    enclosed++
    return `${before}x`
  })
  const rows = others.match(/^.+$/gm)?.length ?? 0
  return enclosed > 0 && 2 * enclosed >= rows ? "'" : '"'
}

/**
 * From 0, for one column, to 2: the share of rows with the commonest number of cells, and that of cells that no other separator is left
 * in. Texts count a little less than numbers, so that of two separators the one that leaves more numbers is found.
 */
function scoreOf(rows: readonly Cells[], separator: string): number {
  const width = commonWidth(rows)
  if (width < 2) return 0
  const even = rows.filter(cells => cells.length === width).length / rows.length
  const others = SEPARATORS.filter(other => other !== separator)
  const cells = rows.flat()
  const clean = cells.reduce((sum, cell) => {
    if (isNumber(cell)) return sum + 1
    return others.some(other => isWithin(cell, other)) ? sum : sum + TEXT_WEIGHT
  }, 0)
  return even + clean / cells.length
}

/** Of a text beside a number, 1: less by so little that a text is always more than a cell in which a separator is left. */
const TEXT_WEIGHT = 0.9

function isWithin(cell: string, separator: string): boolean {
  const at = cell.indexOf(separator)
  // A comma within a text is followed by a space: "Doe, John".
  return at >= 0 && !(separator === ',' && cell[at + 1] === ' ')
}

/** The number of cells that most rows have. */
export function commonWidth(rows: readonly Cells[]): number {
  const counts = new Map<number, number>()
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0
}
