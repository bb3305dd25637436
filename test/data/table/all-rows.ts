import type { ReadOptions, TableRows } from '../../../src/data/table/rows.ts'

/** All rows of a table, and where they stand. */
export async function allRows(table: TableRows, options?: ReadOptions): Promise<{ rows: string[][]; lines: number[] }> {
  const rows: string[][] = []
  const lines: number[] = []
  for await (const block of table.read(options)) {
    for (const cells of block.rows) rows.push([...cells])
    lines.push(...block.lines)
  }
  return { rows, lines }
}
