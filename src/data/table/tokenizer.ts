import { type CsvError, type InfoRecord, parse } from 'csv-parse'
import { MAXIMUM_ROW_CHARACTERS } from '../constants.ts'
import type { Problem } from './problems.ts'
import type { Cells } from './rows.ts'

/** How cells and rows are written. */
export interface CellMarks {
  /** One character. */
  readonly separator: string
  readonly quote: '"' | "'"
}

export interface TokenizedRow {
  /** Whoever has the row may change them. */
  readonly cells: string[]
  /** The line on which it begins, from 1. */
  readonly line: number
}

/** Takes a text as it comes, and gives its rows. */
export interface Tokenizer {
  /**
   * @param bytes UTF-8, with `\n` as line ends
   * @returns rows that have ended
   * @throws CsvError
   */
  push(bytes: Uint8Array): Promise<TokenizedRow[]>
  /** @returns rows that had ended before an error, and were not given yet */
  beforeError(): TokenizedRow[]
  /** @returns the last rows */
  end(): Promise<TokenizedRow[]>
  /** What an error of this tokenizer means, and where. */
  problem(error: CsvError): Problem
  /** Frees what it holds. */
  close(): void
}

export function createTokenizer({ separator, quote }: CellMarks): Tokenizer {
  let rows: TokenizedRow[] = []
  let lastLine = 0
  const parser = parse({
    delimiter: separator,
    quote,
    escape: quote,
    record_delimiter: '\n',
    trim: true,
    skip_empty_lines: true,
    // An apostrophe within a word is no quote.
    relax_quotes: quote === "'",
    // Ragged rows are ours to report, in the same words as everything else.
    relax_column_count: true,
    max_record_size: MAXIMUM_ROW_CHARACTERS,
    on_record(cells: string[], { lines }: InfoRecord) {
      // The parser counts to the row's last line; a quoted cell may span several.
      const line = lines === lastLine + 1 ? lines : lines - breaksWithin(cells)
      lastLine = lines
      rows.push({ cells, line })
      return null
    },
  })
  // Errors come to those who push.
  parser.on('error', () => {})
  // Nothing comes out: every row has been taken.
  parser.resume()

  function taken(): TokenizedRow[] {
    const ended = rows
    rows = []
    return ended
  }

  return {
    push: bytes =>
      new Promise((resolve, reject) => {
        parser.write(bytes, error => (error ? reject(error) : resolve(taken())))
      }),
    end: () =>
      new Promise((resolve, reject) => {
        parser.once('error', reject)
        parser.end(() => resolve(taken()))
      }),
    beforeError: taken,
    problem: error => ({
      // A row that goes on to the end, or without one, is named by the line where it begins.
      row: neverEnds(error) ? lastLine + 1 : Number(error.lines),
      column: `column ${Number(error.column) + 1}`,
      text: faultOf(error, separator, quote),
    }),
    close: () => parser.destroy(),
  }
}

/** The first rows of a text that may end within one, or is written with other marks: then as far as they do. */
export async function firstRows(
  sample: Uint8Array,
  marks: CellMarks,
): Promise<{ rows: TokenizedRow[]; isRefused: boolean }> {
  const tokenizer = createTokenizer(marks)
  try {
    // The parser looks a few bytes ahead before it ends a row; empty lines are none.
    return { rows: await tokenizer.push(Buffer.concat([sample, Buffer.from('\n\n\n\n')])), isRefused: false }
  } catch {
    return { rows: tokenizer.beforeError(), isRefused: true }
  } finally {
    tokenizer.close()
  }
}

function breaksWithin(cells: Cells): number {
  return cells.reduce((breaks, cell) => breaks + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0)
}

/** What is said of a row that goes on and on. */
export const ROW_TOO_LONG =
  `found a row that has not ended after ${MAXIMUM_ROW_CHARACTERS.toLocaleString('en')} characters; expected a shorter ` +
  'one: is there a quote that is never closed?'

const neverEnds = ({ code }: CsvError) => code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE'

function faultOf({ code }: CsvError, separator: string, quote: string): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `found a quote that is never closed; expected a second ${quote}`
    case 'CSV_MAX_RECORD_SIZE':
      return ROW_TOO_LONG
    case 'INVALID_OPENING_QUOTE':
      return 'found a quote inside a cell; expected quotes around the whole cell, and "" for a quote within'
    default:
      return `found text after a closing quote; expected ${separatorName(separator)} or the end of the row`
  }
}

const SEPARATOR_NAMES = new Map([
  [',', 'a comma'],
  [';', 'a semicolon'],
  ['\t', 'a tab'],
  [' ', 'a space'],
])

/** A separator as messages name it. */
export function separatorName(separator: string): string {
  return SEPARATOR_NAMES.get(separator) ?? JSON.stringify(separator)
}
