import { SourceError } from '../errors.ts'
import type { SourceArgument } from '../source-argument.ts'

/** What a source says of a table, where it says it; what is absent is found by looking. */
export interface TableParameters {
  /** The label's column; several for several targets. */
  readonly label?: readonly string[]
  /** The features' columns; all others than the label's where absent. */
  readonly columns?: readonly string[]
  /** Columns that are left out. */
  readonly ignore?: readonly string[]
  /** Texts that stand for a missing value, beside those that are known. */
  readonly missing?: readonly string[]
  /** One character between the cells. */
  readonly separator?: string
  /** The sign before a number's decimals, in every column. */
  readonly decimal?: '.' | ','
  /** A name that TextDecoder knows, such as `windows-1252`. */
  readonly encoding?: string
  /** How dates are written, such as `dd.mm.yyyy`. */
  readonly date?: string
  readonly test?: TestPart
  /** Whether the first row holds the columns' names. */
  readonly header?: boolean
}

/** The samples to be judged by: a share of the rows, those that a column marks, or those of another file. */
export type TestPart =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'file'; readonly file: string }

/** Parameters that name several columns or texts. */
export const TABLE_LISTS = ['label', 'columns', 'ignore', 'missing'] as const

/** All parameters of a table's source. */
export const TABLE_KEYS = [...TABLE_LISTS, 'sep', 'decimal', 'encoding', 'date', 'test', 'header'] as const

/** Shares of the rows for testing, at most: nine of ten. */
const LARGEST_TEST_SHARE = 0.9

/** @throws SourceError naming the parameter, what it says and what is accepted */
export function readTableParameters(given: SourceArgument): TableParameters {
  const wrong = (key: string, expected: string) =>
    new SourceError(`"${given.source}" says ${key}=${given.get(key)}; expected ${expected}`)
  const lists = Object.fromEntries(TABLE_LISTS.map(key => [key, readNames(given, key)]))
  const parameters: TableParameters = {
    ...lists,
    separator: readSeparator(given, wrong),
    decimal: readDecimal(given, wrong),
    encoding: readEncoding(given, wrong),
    date: readDate(given, wrong),
    test: readTest(given, wrong),
    header: readHeader(given, wrong),
  }
  const { columns = [], ignore = [], label = [], separator, decimal } = parameters
  const both = ignore.find(name => columns.includes(name) || label.includes(name))
  if (both !== undefined) {
    const other = columns.includes(both) ? 'columns' : 'label'
    throw new SourceError(`"${given.source}" names "${both}" in ignore and in ${other}; expected one of the two`)
  }
  if (decimal !== undefined && separator === decimal) {
    throw new SourceError(
      `"${given.source}" says that ${separator} is between cells and in numbers; expected two signs, as in sep=;&decimal=,`,
    )
  }
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined))
}

type Wrong = (key: string, expected: string) => SourceError

function readNames(given: SourceArgument, key: (typeof TABLE_LISTS)[number]): readonly string[] | undefined {
  const names = given.list(key)?.map(name => name.trim())
  if (names === undefined) return undefined
  const expected = key === 'missing' ? 'texts' : 'names of columns'
  const form = `${expected}, separated by commas (a comma within one is %2C)`
  if (names.includes('')) {
    throw new SourceError(`"${given.source}" says ${key}=${names.join(',')}, with nothing in a place; expected ${form}`)
  }
  const again = names.find((name, index) => names.indexOf(name) !== index)
  if (again !== undefined) throw new SourceError(`"${given.source}" names "${again}" twice in ${key}; expected ${form}`)
  return names
}

/** Separators by name, as some cannot be typed. */
const SEPARATORS = new Map([
  ['tab', '\t'],
  ['\\t', '\t'],
  ['space', ' '],
  ['comma', ','],
  ['semicolon', ';'],
  ['pipe', '|'],
])

function readSeparator(given: SourceArgument, wrong: Wrong): string | undefined {
  const text = given.get('sep')
  if (text === undefined) return undefined
  const separator = SEPARATORS.get(text.toLowerCase()) ?? text
  // What numbers and names are made of separates nothing, and quotes and line ends have a meaning of their own.
  if ([...separator].length !== 1 || /[\p{L}\p{N}"'.+\-\r\n]/u.test(separator)) {
    throw wrong('sep', 'one character that is no letter, digit or quote, or tab, space, comma, semicolon, pipe')
  }
  return separator
}

function readDecimal(given: SourceArgument, wrong: Wrong): '.' | ',' | undefined {
  const text = given.get('decimal')
  if (text === undefined || text === '.' || text === ',') return text
  if (text === 'comma') return ','
  if (text === 'point') return '.'
  throw wrong('decimal', 'decimal=, or decimal=.')
}

function readEncoding(given: SourceArgument, wrong: Wrong): string | undefined {
  const text = given.get('encoding')
  if (text === undefined) return undefined
  try {
    return new TextDecoder(text).encoding
  } catch {
    throw wrong('encoding', 'the name of an encoding, such as utf-8, utf-16le, windows-1252, iso-8859-15 or shift_jis')
  }
}

function readDate(given: SourceArgument, wrong: Wrong): string | undefined {
  const text = given.get('date')?.trim()
  if (text === '') throw wrong('date', 'a pattern such as date=dd.mm.yyyy or date=mm/dd/yyyy')
  return text
}

function readTest(given: SourceArgument, wrong: Wrong): TestPart | undefined {
  const text = given.get('test')
  if (text === undefined) return undefined
  const [, kind, name] = /^(column|file):(.+)$/s.exec(text) ?? []
  if (kind === 'column') return { kind, column: name }
  if (kind === 'file') return { kind, file: name }
  const share = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (share > 0 && share <= LARGEST_TEST_SHARE) return { kind: 'share', share }
  throw wrong('test', `a share above 0 and up to ${LARGEST_TEST_SHARE}, column:NAME or file:PATH`)
}

function readHeader(given: SourceArgument, wrong: Wrong): boolean | undefined {
  const text = given.get('header')
  if (text === undefined) return undefined
  if (text !== 'yes' && text !== 'no') throw wrong('header', 'header=yes or header=no')
  return text === 'yes'
}
