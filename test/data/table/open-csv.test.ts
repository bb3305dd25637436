import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { DataFileError } from '../../../src/data/errors.ts'
import { type CsvOptions, openCsv } from '../../../src/data/table/open-csv.ts'
import type { Problem } from '../../../src/data/table/problems.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { realData } from '../real-data.ts'
import { allRows } from './all-rows.ts'

const folder = temporaryFolder()
const open = (content: string | Uint8Array, options?: CsvOptions) => openCsv(folder.write('a.csv', content), options)
const read = async (content: string | Uint8Array, options?: CsvOptions) =>
  (await allRows(await open(content, options))).rows

/** What opening or reading is refused with, without the folder's name. */
async function refusal(content: string | Uint8Array, options?: CsvOptions): Promise<string> {
  const fault = await read(content, options).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(DataFileError)
  return (fault as Error).message.replaceAll(`${folder.path}/`, '')
}

const xy = { names: ['x', 'y', 'label'], rows: 60, dialect: '', first: ['0.39', '0.43', 'a'], lines: [2, 61] }
test.each([
  [
    'semi.csv',
    {
      ...xy,
      names: ['fixed acidity', 'volatile acidity', 'quality'],
      dialect: 'separated by ;',
      first: ['0.39', '0.43', '3'],
    },
  ],
  ['de.csv', { ...xy, names: ['Breite', 'Hoehe', 'Klasse'], dialect: 'separated by ;, decimal comma' }],
  ['decq.csv', { ...xy, dialect: 'decimal comma in x' }],
  ['tab.csv', { ...xy, dialect: 'separated by tabs' }],
  ['sep.csv', { ...xy, lines: [3, 62] }],
  ['t.csv.gz', xy],
  ['misslabel_NA.csv', xy],
  ['misslabel_q.csv', xy],
  ['floatlabel.csv', { ...xy, first: ['0.39', '0.43', '1.0'] }],
  ['floatlabel_b.csv', { ...xy, first: ['0.39', '0.43', '1.0'] }],
  ['boollabel.csv', { ...xy, names: ['x', 'y', 'churn'], first: ['0.39', '0.43', 'True'] }],
  ['bool.csv', { ...xy, names: ['x', 'sex_male', 'sex_female', 'label'], first: ['0.39', 'True', 'False', 'a'] }],
  [
    'iris_index.csv',
    {
      names: ['', 'sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)', 'species'],
      rows: 150,
      dialect: '',
      first: ['0', '5.1', '3.5', '1.4', '0.2', 'setosa'],
      lines: [2, 151],
    },
  ],
  [
    'titanic_kaggle.csv',
    {
      names: ['PassengerId', 'Survived', 'Pclass', 'Name', 'Sex', 'Age', 'Fare', 'Embarked'],
      rows: 300,
      dialect: '',
      first: ['1', '1', '1', 'Doe, Mr. John "Jack" 0', 'female', '61.0', '40.4019', 'S'],
      lines: [2, 301],
    },
  ],
  [
    'adult.csv',
    {
      names: ['column 1', 'column 2', 'column 3', 'column 4', 'column 5'],
      rows: 300,
      dialect: 'rows without names',
      first: ['23', 'Private', '585048', '29', '<=50K'],
      lines: [1, 300],
    },
  ],
])('%s is read as it is', async (name, expected) => {
  const file = realData(`cases/${name}`)
  if (file === undefined) return
  const table = await openCsv(file)
  const { rows, lines } = await allRows(table)
  const { names, dialect, hasHeader } = table
  expect({ names, dialect, rows: rows.length, first: rows[0], lines: [lines[0], lines.at(-1)] }).toEqual(expected)
  expect(hasHeader).toBe(name !== 'adult.csv')
})

test.each([
  ['wine.csv', 178, 14],
  ['breast_cancer.csv', 569, 31],
  ['penguins_num.csv', 344, 5],
  ['penguins_dummies.csv', 333, 11],
  ['digits_sk.csv', 1_797, 65],
  ['diabetes.csv', 442, 11],
  ['noise_index.csv', 300, 5],
  ['sensor_s.csv', 400, 3],
  ['tok.csv', 300, 13],
  ['ordA.csv', 200, 3],
])('%s has a header, %i rows and %i columns, with commas between', async (name, count, columns) => {
  const file = realData(`cases/${name}`)
  if (file === undefined) return
  const table = await openCsv(file)
  expect(table).toMatchObject({ dialect: '', hasHeader: true })
  expect(table.names).toHaveLength(columns)
  expect((await allRows(table)).rows).toHaveLength(count)
})

test('a table can be read again, and each time tells how far it is', async () => {
  const table = await open('x,y\n1,a\n2,b\n')
  const told: unknown[] = []
  const onProgress = (...of: unknown[]) => told.push(of)
  expect(await allRows(table, { onProgress })).toEqual(await allRows(table))
  expect(told).toEqual([[12, 12]])
})

test('reading stops when it is told to', async () => {
  const table = await open('x,y\n1,a\n')
  await expect(allRows(table, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
})

test('a header is found above numbers, and above texts that do not come again', async () => {
  expect((await open('a,b\nx,1\ny,2\n')).hasHeader).toBe(true)
  expect((await open('colour,shape\nred,round\nred,flat\n')).hasHeader).toBe(true)
  expect((await open('x,2,cat\n3,4,dog\n')).hasHeader).toBe(true)
  expect((await open('country,1999,2000,2001\nNorway,1,2,3\nChad,,5,6\n')).hasHeader).toBe(true)
  expect((await open(',0,1,2\n0,5,7,6\n1,8,9,9\n')).hasHeader).toBe(true)
})

test('a first row is a sample where it has numbers, or texts that come again below', async () => {
  expect((await open('1.5,cat\n2,dog\n')).hasHeader).toBe(false)
  expect((await open('?,3,cat\n5,4,dog\n')).hasHeader).toBe(false)
  expect((await open('p,x\ne,x\np,b\n')).names).toEqual(['column 1', 'column 2'])
})

test('a column may be named as another kind of file begins', async () => {
  expect((await open('PAR1,PAR2\n1,2\n')).names).toEqual(['PAR1', 'PAR2'])
  expect((await open(Buffer.from('X,Y\n1,2\n', 'utf16le'))).names).toEqual(['X', 'Y'])
})

test('what is said of the header counts', async () => {
  expect((await open('x,y\n1,2\n', { header: false })).names).toEqual(['column 1', 'column 2'])
  expect((await open('1,2\n3,4\n', { header: true })).names).toEqual(['1', '2'])
})

test('R writes no name above the names of rows', async () => {
  const table = await open('"height","weight"\n"anna",1.7,60\n"ben",1.8,70\n')
  expect(table.names).toEqual(['', 'height', 'weight'])
  expect((await allRows(table)).rows).toEqual([
    ['anna', '1.7', '60'],
    ['ben', '1.8', '70'],
  ])
})

test('empty columns at the end of a sheet are none', async () => {
  expect((await open('x;y;;\n1;2;;\n3;4;;\n')).names).toEqual(['x', 'y'])
  expect(await read('x;y\n1;2;;\n3;4\n')).toEqual([
    ['1', '2'],
    ['3', '4'],
  ])
})

test('numbers are plain, whatever signs are before decimals and between thousands', async () => {
  expect(await read('a;b;c\n1.234,5;7;x\n0,25;1.000;y\n')).toEqual([
    ['1234.5', '7', 'x'],
    ['0.25', '1000', 'y'],
  ])
  expect(await read('a,b\n"1,234.5",x\n"12,345",y\n')).toEqual([
    ['1234.5', 'x'],
    ['12345', 'y'],
  ])
  // Of a column in which the comma is met as a decimal sign only, points are between thousands.
  expect(await read('a;b\n1,234;1.234\n2,5;0.5\n')).toEqual([
    ['1.234', '1.234'],
    ['2.5', '0.5'],
  ])
  // Semicolons leave the comma to numbers.
  expect(await read('a;b\n1,234;x\n2,345;y\n')).toEqual([
    ['1.234', 'x'],
    ['2.345', 'y'],
  ])
  expect(await read('a|b\n1,234|x\n2,345|y\n', { decimal: '.' })).toEqual([
    ['1234', 'x'],
    ['2345', 'y'],
  ])
})

test('texts with commas stay as they are', async () => {
  expect(await read('name;age\nDoe, John;5\nRoe, Jane;6\n')).toEqual([
    ['Doe, John', '5'],
    ['Roe, Jane', '6'],
  ])
})

test('a separator is none that leaves text behind quotes, or other separators in cells', async () => {
  expect((await open('x,1;y,2\n"a";"b"\n')).names).toEqual(['x,1', 'y,2'])
  expect((await open('surname, name;town, country\nDoe, John;Bern, CH\n')).names).toEqual([
    'surname, name',
    'town, country',
  ])
})

test('blanks around cells are gone, within quotes too', async () => {
  expect(await read('x , y\n 1 ," a b "\n\n2\t,"c"\n')).toEqual([
    ['1', 'a b'],
    ['2', 'c'],
  ])
})

test('apostrophes may be quotes, and are none within words', async () => {
  expect(await read("name,n\n'a, b',1\n'it''s',2\n")).toEqual([
    ['a, b', '1'],
    ["it's", '2'],
  ])
  expect(await read("name,town\n'a, b','x'\nO'Neil,'y'\n'c','z'\n")).toEqual([
    ['a, b', 'x'],
    ["O'Neil", 'y'],
    ['c', 'z'],
  ])
  expect(await read("name,n\nO'Neil,1\nD'Arcy,2\n")).toEqual([
    ["O'Neil", '1'],
    ["D'Arcy", '2'],
  ])
})

test('spaces, and any other character that is named, separate cells', async () => {
  expect(await read('x y\n1 2\n', { separator: ' ' })).toEqual([['1', '2']])
  expect(await read('x:y\n1:2\n', { separator: ':' })).toEqual([['1', '2']])
})

test('ten thousand columns are columns like others', async () => {
  const line = (cell: (column: number) => string) => Array.from({ length: 10_000 }, (_, i) => cell(i)).join(',')
  const text = `${line(i => `gene_${i}`)}\n${line(i => `${i}.5`)}\n${line(i => `${i}.25`)}\n`
  const table = await open(text)
  expect(table.names.slice(-1)).toEqual(['gene_9999'])
  const { rows } = await allRows(table)
  expect(rows.map(cells => [cells.length, cells.at(-1)])).toEqual([
    [10_000, '9999.5'],
    [10_000, '9999.25'],
  ])
})

test('of long rows enough are looked at to find how they are written', async () => {
  const line = (cell: string) => Array.from({ length: 10_000 }, () => cell).join(';')
  const names = Array.from({ length: 10_000 }, (_, i) => `gene_${i}`).join(';')
  const rows = await read(`${names}\n${`${line('1234567890')}\n`.repeat(6)}${line('0,5')}\n`)
  expect(rows.at(-1)?.at(-1)).toBe('0.5')
})

test('letters of several bytes, and line ends of two, may come in pieces', async () => {
  // Longer than what is read at once, with the borders of pieces anywhere.
  const rows = Array.from({ length: 40_000 }, (_, i) => `${i},"näme\r\n€ ${i}"`)
  const { rows: found, lines } = await allRows(await open(`x,y\r\n${rows.join('\r\n')}\r\n`))
  expect(found).toEqual(Array.from({ length: 40_000 }, (_, i) => [String(i), `näme\n€ ${i}`]))
  expect(lines.at(-1)).toBe(2 + 2 * 39_999)
})

const ROW = 'give it a cell for each column, empty where nothing is known, or remove the row'

test.each<[what: string, content: string | Uint8Array, message: string]>([
  ['an empty file', '', 'a.csv: the file is empty; expected a table as text: columns with names, and rows'],
  ['a file of line ends', '\n\n \n', 'a.csv: the file is empty; expected columns with names, and rows'],
  ['a short row', 'x,y,c\n1,2,a\n1,b\n', `a.csv, row 3: found 2 columns; expected 3: ${ROW}`],
  [
    'a long row',
    'x,y,c\n1,2,a\n\n1,2,3,b\n1,2,c\n',
    'a.csv, row 4: found 4 columns; expected 3: put a cell with a comma in it into quotes, or say what separates cells with ?sep=',
  ],
  [
    'several faults, all at once',
    'x;c\n1;a\n2\nx;c\n3;b;c\n4;d\n5;e\n',
    `a.csv: 3 problems:\n  - row 3: found 1 column; expected 2: ${ROW}\n  - row 4: found the names of the columns again; expected a sample: files may have been put together, each with its header; remove this row\n  - row 5: found 3 columns; expected 2: put a cell with a semicolon in it into quotes, or say what separates cells with ?sep=`,
  ],
  [
    'a name that comes twice',
    'a,b,a,b\n1,2,3,4\n',
    'a.csv: 2 problems:\n  - row 1, column 3: found "a", as column 1 is named too; expected names that differ: rename one\n  - row 1, column 4: found "b", as column 2',
  ],
  [
    'a title above the header',
    'Report of May\nx,y\n1,2\n3,4\n5,6\n',
    'a.csv, row 1: found 1 name, and 2 columns in most rows below; expected a name for each column: remove what stands above the names',
  ],
  [
    'a title in a sheet',
    'Report of May;;\nx;y;z\n1;2;3\n4;5;6\n',
    'a.csv, row 1: found 1 name, and 3 columns in most rows below; expected a name for each column: remove what stands above the names',
  ],
  [
    'text after a closing quote',
    'x,c\n"1"2,a\n',
    'a.csv, row 2, column 1: found text after a closing quote; expected a comma or the end of the row',
  ],
  [
    'a quote inside a cell',
    'x,c\n1,a"b\n',
    'a.csv, row 2, column 2: found a quote inside a cell; expected quotes around the whole cell, and "" for a quote within',
  ],
  [
    'a quote that is never closed',
    'x,c\n1,a\n2,"b\n3,c\n4,d\n',
    'a.csv, row 3, column 2: found a quote that is never closed; expected a second "',
  ],
  [
    'a short row before a quote that is never closed',
    'x,c\n1\n2,"b\n',
    `a.csv: 2 problems:\n  - row 2: found 1 column; expected 2: ${ROW}\n  - row 3, column 2: found a quote that is never closed`,
  ],
  [
    'a first quote that is never closed',
    '"x,c\n1,a\n',
    'a.csv, row 1, column 1: found a quote that is never closed; expected a second "',
  ],
  [
    'two decimal signs in a column',
    'x;y\n0,5;1\n0.5;2\n',
    'a.csv, row 2, column 1 ("x"): found "0,5", and "0.5" in row 3; expected one decimal sign in a column: say which it is with ?decimal=, or ?decimal=.',
  ],
  [
    'numbers that can be read in two ways',
    'x|y\n"1,234"|1\n"2,345"|2\n',
    'a.csv, row 2, column 1 ("x"): found "1,234", which is 1234 or 1.234; expected numbers that can be read in one way: say ?decimal=. for the first, ?decimal=, for the second',
  ],
  [
    'a letter of windows-1252',
    Buffer.from('x,c\n1,a\n2,caf\xe9\n', 'latin1'),
    'a.csv, row 3: found the byte 0xE9, which is not UTF-8; expected UTF-8 or UTF-16: of a file that Excel or an older program wrote in western Europe say ?encoding=windows-1252',
  ],
  ['bytes', Uint8Array.of(1, 0, 0, 7, 0, 0, 0, 3), 'a.csv: found bytes that are no text; expected a table as text'],
  [
    'a gzip file that is cut short',
    gzipSync('x,c\n1,a\n').subarray(0, -9),
    'a.csv: the gzip file is damaged or cut short',
  ],
  [
    'an Excel file',
    'PK\x03\x04\x14\x00 [Content_Types].xml xl/workbook.xml',
    'a.csv: this is an Excel file (.xlsx); expected a table as text: save the sheet as "CSV UTF-8" and name that file',
  ],
  [
    'an old Excel file',
    Buffer.from('d0cf11e0a1b11ae10000', 'hex'),
    'a.csv: this is an old Excel file (.xls); expected a table as text: save the sheet as "CSV UTF-8"',
  ],
  [
    'an OpenDocument sheet',
    'PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet',
    'a.csv: this is an OpenDocument sheet; expected a table as text: save the sheet',
  ],
  [
    'a zip archive',
    'PK\x03\x04\x14\x00 data.csv',
    'a.csv: this is a zip archive; expected a table as text: unpack it and name the file that was in it',
  ],
  ['a Parquet file', 'PAR1\x15\x04', 'a.csv: this is a Parquet file; expected a table as text: say parquet:FILE'],
  [
    'a NumPy array',
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    'a.csv: this is a NumPy array; expected a table as text: say npy:FILE',
  ],
  [
    'a web page',
    '<!DOCTYPE html>\n<html>',
    'a.csv: this is a web page (HTML); expected a table as text: a download may have given the page about the file',
  ],
  [
    'JSON',
    '[\n  {"x": 1}\n]',
    'a.csv: this is a JSON file; expected a table as text: write its table to a CSV or Parquet file',
  ],
  [
    'data of R',
    gzipSync(Buffer.from('580a000000030004', 'hex')),
    'a.csv: this is data of R (.rds); expected a table as text',
  ],
])('%s is refused, with the place and the remedy', async (_, content, message) => {
  expect(await refusal(content)).toContain(message)
})

test('of many problems twenty are told, and the others counted', async () => {
  const message = await refusal(`x,y\n1,2\n${'1\n'.repeat(1_500)}${'1,2\n'.repeat(1_501)}`)
  const lines = message.split('\n')
  expect(lines).toHaveLength(22)
  expect(lines[0]).toBe('a.csv: 1,500 problems:')
  expect(lines.at(-1)).toBe('  and 1,480 more')
})

test('whoever asks hears of rows that cannot be read, and gets the others', async () => {
  const told: Problem[] = []
  const { rows, lines } = await allRows(await open('x,y\n1,2\n3\n5,6\n'), { onProblem: problem => told.push(problem) })
  expect(rows).toEqual([
    ['1', '2'],
    ['5', '6'],
  ])
  expect(lines).toEqual([2, 4])
  expect(told).toEqual([{ row: 3, text: `found 1 column; expected 2: ${ROW}` }])
})

test('a stray quote before much more is refused where it is, and not at the end of the file', async () => {
  const told: number[] = []
  const table = await open(`x,c\n1,a\n2,b\n${'3,c\n'.repeat(30_000)}4,"d\n${'5,e\n'.repeat(2 ** 21)}`)
  const fault = await allRows(table, { onProgress: read => told.push(read) }).catch(error => error)
  expect(fault).toBeInstanceOf(DataFileError)
  expect(fault.message).toContain(
    'a.csv, row 30004, column 2: found a row that has not ended after 4,194,304 characters; expected a shorter one: is there',
  )
  expect(told.at(-1)).toBeLessThan(5 * 2 ** 20)
})

test('a file that changes while it is read is refused', async () => {
  const file = folder.write('grows.csv', `x,y\n${'1,2\n'.repeat(200_000)}`)
  const table = await openCsv(file)
  const reading = (async () => {
    let blocks = 0
    for await (const _ of table.read()) if (blocks++ === 0) appendFileSync(file, '3,4\n')
  })()
  await expect(reading).rejects.toThrow(
    'grows.csv: the file changed while it was read (it had 800,004 bytes and now has',
  )
  await expect(allRows(table)).rejects.toThrow('the file changed while it was read')
})

test('a folder, and a path that does not exist, are named', async () => {
  const path = join(folder.path, 'folder')
  mkdirSync(path)
  await expect(openCsv(path)).rejects.toThrow(`${path}: this is a folder; expected a file`)
  await expect(openCsv(join(path, 'a.csv'))).rejects.toThrow(`${join(path, 'a.csv')}: there is no such file`)
})
