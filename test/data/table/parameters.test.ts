import { expect, test } from 'vitest'
import { SourceError } from '../../../src/data/errors.ts'
import { parseSourceArgument } from '../../../src/data/source-argument.ts'
import { readTableParameters, TABLE_KEYS, TABLE_LISTS } from '../../../src/data/table/parameters.ts'

const read = (query: string) =>
  readTableParameters(parseSourceArgument('csv', `a.csv?${query}`, 'csv:FILE', TABLE_KEYS, TABLE_LISTS))

test('without parameters nothing is said', () => {
  expect(readTableParameters(parseSourceArgument('csv', 'a.csv', 'csv:FILE', TABLE_KEYS, TABLE_LISTS))).toEqual({})
})

test.each([
  [
    'label=x,y&ignore=id&missing=-999,unknown&columns=a,b',
    { label: ['x', 'y'], ignore: ['id'], missing: ['-999', 'unknown'], columns: ['a', 'b'] },
  ],
  ['sep=tab', { separator: '\t' }],
  ['sep=%09', { separator: '\t' }],
  ['sep=space', { separator: ' ' }],
  ['sep=;&decimal=,', { separator: ';', decimal: ',' }],
  ['decimal=comma', { decimal: ',' }],
  ['encoding=latin1', { encoding: 'windows-1252' }],
  ['encoding=Shift_JIS', { encoding: 'shift_jis' }],
  ['date=dd.mm.yyyy', { date: 'dd.mm.yyyy' }],
  ['test=0.25', { test: { kind: 'share', share: 0.25 } }],
  ['test=column:is test', { test: { kind: 'column', column: 'is test' } }],
  ['test=file:b.csv', { test: { kind: 'file', file: 'b.csv' } }],
  ['header=no', { header: false }],
  ['header=yes', { header: true }],
])('%s is understood', (query, expected) => {
  expect(read(query)).toEqual(expected)
})

test.each([
  ['sep=ab', '"csv:a.csv?sep=ab" says sep=ab; expected one character that is no letter, digit or quote, or tab, space'],
  ['sep=x', 'says sep=x; expected one character'],
  ['sep=', 'says sep=; expected one character'],
  ['decimal=;', 'says decimal=;; expected decimal=, or decimal=.'],
  ['sep=,&decimal=,', 'says that , is between cells and in numbers; expected two signs, as in sep=;&decimal=,'],
  ['encoding=utf-7', 'says encoding=utf-7; expected the name of an encoding, such as utf-8, utf-16le, windows-1252'],
  ['date=', 'says date=; expected a pattern such as date=dd.mm.yyyy'],
  ['test=0.95', 'says test=0.95; expected a share above 0 and up to 0.9, column:NAME or file:PATH'],
  ['test=0', 'says test=0; expected a share above 0'],
  ['test=column:', 'says test=column:; expected a share'],
  ['header=false', 'says header=false; expected header=yes or header=no'],
  [
    'label=x,',
    'says label=x,, with nothing in a place; expected names of columns, separated by commas (a comma within one is %2C)',
  ],
  ['ignore=x,y,x', 'names "x" twice in ignore; expected names of columns'],
  ['ignore=x&label=x', 'names "x" in ignore and in label; expected one of the two'],
  ['ignore=x&columns=y,x', 'names "x" in ignore and in columns; expected one of the two'],
])('%s is refused', (query, message) => {
  expect(() => read(query)).toThrow(SourceError)
  expect(() => read(query)).toThrow(message)
})
