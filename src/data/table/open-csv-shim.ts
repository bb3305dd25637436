import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { unzipped } from '../unzipped.ts'
import type { TableParameters } from './parameters.ts'
import type { TableRows } from './rows.ts'

export async function openCsv(path: string, p: TableParameters): Promise<TableRows> {
  const parser = () =>
    createReadStreamOf(path).pipe(
      parse({
        bom: true,
        trim: true,
        skip_empty_lines: true,
        relax_column_count: true,
        delimiter: p.separator ?? ',',
        info: true,
      }),
    )
  let names: string[] = []
  for await (const { record } of parser()) {
    names = record
    break
  }
  const hasHeader = p.header ?? true
  return {
    file: path,
    names: hasHeader ? names : names.map((_, i) => `column ${i + 1}`),
    hasHeader,
    dialect: '',
    async *read() {
      let first = hasHeader
      let n = 0
      let rows: string[][] = []
      let lines: number[] = []
      for await (const { record } of parser()) {
        n++
        if (first) {
          first = false
          continue
        }
        rows.push(record)
        lines.push(n)
        if (rows.length === 500) {
          yield { rows, lines }
          rows = []
          lines = []
        }
      }
      yield { rows, lines }
    },
  }
}

import { Readable } from 'node:stream'

function createReadStreamOf(path: string) {
  return Readable.from(unzipped(createReadStream(path), path))
}
