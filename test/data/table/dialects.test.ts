import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCsv } from '../../../src/data/table/open-csv.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { allRows } from './all-rows.ts'

const folder = temporaryFolder()

/** How a table is written. */
interface Dialect {
  readonly separator: ',' | ';' | '\t' | '|'
  readonly quote: '"' | "'"
  readonly lineEnd: '\n' | '\r\n' | '\r'
  readonly endsLast: boolean
  readonly decimal: '.' | ','
  readonly hasThousands: boolean
  readonly quotesTexts: boolean
  readonly padding: '' | ' '
  readonly separatorLine: boolean
  readonly hasHeader: boolean
  readonly encoding: keyof typeof ENCODERS
  readonly isPacked: boolean
}

interface Table {
  readonly names: readonly string[]
  /** A number in hundredths, a text, or nothing. */
  readonly rows: readonly (readonly (number | string | undefined)[])[]
}

/** Bytes of windows-1252, by letter; a stream, since in one go Node 22 takes it for Latin-1. */
const WINDOWS_1252 = new Map(
  Array.from({ length: 256 }, (_, byte) => [
    new TextDecoder('windows-1252').decode(Uint8Array.of(byte), { stream: true }),
    byte,
  ]),
)

const ENCODERS = {
  'utf-8': (text: string) => Buffer.from(text),
  'utf-8 with a mark': (text: string) => Buffer.from(`\ufeff${text}`),
  'utf-16le': (text: string) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text: string) => Buffer.from(text, 'utf16le').swap16(),
  'utf-16le with a mark': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16be with a mark': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'windows-1252': (text: string) => Buffer.from(Array.from(text, letter => WINDOWS_1252.get(letter) as number)),
}

const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    separator: fc.constantFrom(',', ';', '\t', '|'),
    quote: fc.constantFrom('"', '"', '"', "'"),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    endsLast: fc.boolean(),
    decimal: fc.constantFrom('.', ','),
    hasThousands: fc.boolean(),
    quotesTexts: fc.boolean(),
    padding: fc.constantFrom('', '', ' '),
    separatorLine: fc.boolean(),
    hasHeader: fc.boolean(),
    encoding: fc.constantFrom(...(Object.keys(ENCODERS) as (keyof typeof ENCODERS)[])),
    isPacked: fc.boolean(),
  })
  .map(dialect => ({ ...dialect, quotesTexts: dialect.quotesTexts || dialect.quote === "'" }) as Dialect)

/** Texts that an encoding can write, and in which Latin letters are many where it has no mark to be known by. */
function letters({ encoding, quote }: Dialect): fc.Arbitrary<string> {
  const special = [',', ';', '\t', '|', ' ', '\n', 'a', '5', '.', quote]
  const any = encoding.startsWith('utf-8') || encoding.endsWith('mark')
  const plain = fc.constantFrom(...special, 'b', 'é', 'ß', ...(encoding === 'windows-1252' ? ['€', '’'] : []))
  const unicode = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
  const letter = any ? fc.oneof(plain, unicode) : plain
  const text = fc.array(letter, { maxLength: 8 }).map(all => all.join(''))
  // A text that is written as a number is one, of whatever column.
  const isNumber = (all: string) => /^[+-]?[\d.,]*[.,][\d.,]*$/.test(all.trim())
  return text.map(all => (isNumber(all) ? 'a' : all)).map(all => (quote === "'" ? all.replaceAll('"', '') : all).trim())
}

/** Columns of numbers and of texts in turn. In the first row the first two have something, as an empty row may be any separator's. */
function tables(dialect: Dialect): fc.Arbitrary<Table> {
  return fc.record({ columns: fc.integer({ min: 2, max: 5 }), rows: fc.integer({ min: 3, max: 8 }) }).chain(size => {
    const cell = (column: number) =>
      column % 2 === 0
        ? fc.option(fc.integer({ min: -99_999_999, max: 99_999_999 }), { nil: undefined })
        : // A single quote is only told from an apostrophe by being there often.
          dialect.quote === "'"
          ? letters(dialect)
          : fc.option(letters(dialect), { nil: undefined })
    const row = fc.tuple(...Array.from({ length: size.columns }, (_, column) => cell(column)))
    const first = row.map(cells => [123_456, 'a', ...cells.slice(2)])
    return fc.record({
      names: fc.constant(Array.from({ length: size.columns }, (_, column) => `näme ${column}`)),
      rows: fc
        .tuple(first, fc.array(row, { minLength: size.rows - 1, maxLength: size.rows - 1 }))
        .map(([one, more]) => [one, ...more]),
    })
  })
}

/** A number as people write it, or plain. */
function numberText(hundredths: number, decimal: string, thousands: string): string {
  const digits = String(Math.abs(hundredths)).padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, thousands)
  return `${hundredths < 0 ? '-' : ''}${whole}${decimal}${digits.slice(-2)}`
}

function write(table: Table, dialect: Dialect): { bytes: Buffer; lines: number[] } {
  const { separator, quote, lineEnd, decimal, padding } = dialect
  const quoted = (text: string) => `${quote}${text.replaceAll(quote, quote + quote).replaceAll('\n', lineEnd)}${quote}`
  const written = (cell: number | string | undefined): string => {
    if (cell === undefined) return ''
    const isText = typeof cell === 'string'
    const text = isText ? cell : numberText(cell, decimal, dialect.hasThousands ? (decimal === ',' ? '.' : ',') : '')
    const needs = text.includes(separator) || text.includes(quote) || text.includes('\n')
    return needs || (isText && dialect.quotesTexts) ? quoted(text) : text
  }
  const all = [...(dialect.hasHeader ? [table.names] : []), ...table.rows]
  let line = dialect.separatorLine ? 2 : 1
  const lines = all.map(row => {
    const at = line
    line += 1 + row.reduce<number>((sum, cell) => sum + String(cell ?? '').split('\n').length - 1, 0)
    return at
  })
  const text =
    (dialect.separatorLine ? `sep=${separator}${lineEnd}` : '') +
    all.map(row => row.map(written).join(`${separator}${padding}`)).join(lineEnd) +
    (dialect.endsLast ? lineEnd : '')
  const bytes = ENCODERS[dialect.encoding](text)
  return { bytes: dialect.isPacked ? gzipSync(bytes) : bytes, lines: dialect.hasHeader ? lines.slice(1) : lines }
}

test('a table is read as it was meant, however it is written', async () => {
  const cases = dialects.chain(dialect => fc.record({ dialect: fc.constant(dialect), table: tables(dialect) }))
  await fc.assert(
    fc.asyncProperty(cases, async ({ dialect, table }) => {
      const { bytes, lines } = write(table, dialect)
      const file = folder.write('table.csv', bytes)
      const opened = await openCsv(file, {
        ...(dialect.encoding === 'windows-1252' && { encoding: 'windows-1252' }),
        ...(!dialect.hasHeader && { header: false }),
      })
      const expected = table.rows.map(row =>
        row.map(cell => (typeof cell === 'number' ? numberText(cell, '.', '') : (cell ?? ''))),
      )
      expect(opened.hasHeader).toBe(dialect.hasHeader)
      expect(opened.names).toEqual(dialect.hasHeader ? table.names : table.names.map((_, i) => `column ${i + 1}`))
      expect(await allRows(opened)).toEqual({ rows: expected, lines })
    }),
    { numRuns: 200 },
  )
})
