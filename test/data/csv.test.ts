import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readCsv } from '../../src/data/read-csv.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()
const parse = (text: string, options: { label?: string; header?: boolean } = {}) =>
  readCsv(Readable.from([Buffer.from(text)]), { file: 'a.csv', header: true, ...options })

test('the last column holds the label unless told otherwise', async () => {
  const dataset = await parse('x,y,class\n1,2,cat\n3,4.5,dog\n-5e-1,.5,cat\n')
  expect(dataset).toEqual({
    name: 'csv:a.csv',
    inputs: Float32Array.of(1, 2, 3, 4.5, -0.5, 0.5),
    labels: Int32Array.of(0, 1, 0),
    shape: [2],
    featureNames: ['x', 'y'],
    classes: 2,
    classNames: ['cat', 'dog'],
  })
})

test('features have the names of the header, without that of the label', async () => {
  expect((await parse('x,class,y\n1,b,2\n', { label: 'class' })).featureNames).toEqual(['x', 'y'])
  expect((await parse('1,2,b\n', { header: false })).featureNames).toBeUndefined()
})

test.each([
  ['class', 'by name'],
  ['1', 'by index'],
  ['-2', 'by index from the end'],
])('the label column may be %s, %s', async label => {
  const dataset = await parse('x,class,y\n1,b,2\n3,a,4\n', { label })
  expect([...inputsOf(dataset)]).toEqual([1, 2, 3, 4])
  expect([...dataset.labels]).toEqual([1, 0])
})

test('a name goes before an index', async () => {
  expect([...inputsOf(await parse('1,0,x\n7,a,8\n9,b,8\n', { label: '0' }))]).toEqual([7, 8, 9, 8])
})

test('without a header the first row is a sample', async () => {
  expect((await parse('1,2,0\n3,4,1\n', { header: false })).labels).toHaveLength(2)
})

test('numeric labels are sorted as numbers, and 1 and 1.0 are one class', async () => {
  const dataset = await parse('x,y\n0,10\n0,9\n0,1\n0,1.0\n0,-3\n')
  expect([...dataset.labels]).toEqual([3, 2, 1, 1, 0])
  expect(dataset.classes).toBe(4)
})

test('labels of which one is no number are sorted as text', async () => {
  expect([...(await parse('x,y\n0,10\n0,9\n0,a\n')).labels]).toEqual([0, 1, 2])
})

test('a byte-order mark, Windows line ends, quotes, blanks and empty lines are all understood', async () => {
  const dataset = await parse('\ufeffx,"the, class"\r\n 1 , "a ""b"""\r\n\r\n"2",c\r\n', { label: 'the, class' })
  expect([...inputsOf(dataset)]).toEqual([1, 2])
  expect([...dataset.labels]).toEqual([0, 1])
})

test.each([
  ['an empty file', '', 'a.csv: the file is empty; expected rows of numbers and a label'],
  ['a header alone', 'x,y\n', 'a.csv: found a header and no rows; expected rows of numbers and a label'],
  [
    'one column',
    'x;y\n1;2\n',
    'a.csv, row 1: found 1 column; expected at least 2, separated by commas: a feature and a label',
  ],
  [
    'a header of numbers',
    '1,2\n3,4\n',
    "a.csv, row 1: found only numbers; expected a header with the columns' names (if there is none, say header=no)",
  ],
  ['a short row', 'x,y,c\n1,2,a\n1,b\n', 'a.csv, row 3: found 2 columns; expected 3'],
  ['a long row', 'x,y,c\n1,2,a\n\n1,2,3,b\n', 'a.csv, row 4: found 4 columns; expected 3'],
  [
    'a word in place of a number',
    'x,y,c\n1,2,a\n1,two,b\n',
    'a.csv, row 3, column 2 ("y"): found "two"; expected a finite number (if this is the label, name its column with ?label=COLUMN)',
  ],
  ['an empty cell', 'x,y,c\n1,,a\n', 'a.csv, row 2, column 2 ("y"): found an empty cell; expected a finite number (if'],
  ['not a number', 'x,y,c\nNaN,1,a\n', 'a.csv, row 2, column 1 ("x"): found "NaN"; expected a finite number (if'],
  [
    'infinity',
    'x,y,c\n-Infinity,1,a\n',
    'a.csv, row 2, column 1 ("x"): found "-Infinity"; expected a finite number (if',
  ],
  [
    'a number too large for 32 bits',
    'x,c\n1e39,a\n',
    'a.csv, row 2, column 1 ("x"): found "1e39"; expected a finite number (if',
  ],
  ['a hexadecimal number', 'x,c\n0x1f,a\n', 'a.csv, row 2, column 1 ("x"): found "0x1f"; expected a finite number (if'],
  ['a missing label', 'x,c\n1,\n', 'a.csv, row 2, column 2 ("c"): found an empty cell; expected a label'],
  [
    'a fault below a cell of two lines',
    'x,c\n1,"a\nb"\nz,c\n',
    'a.csv, row 4, column 1 ("x"): found "z"; expected a finite number (if',
  ],
  [
    'a fault in a row of two lines, which is at its first',
    'x,y,c\n1,2,a\nz,1,"a\nb"\n',
    'a.csv, row 3, column 1 ("x"): found "z"; expected a finite number (if',
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
])('%s is refused, and the place is named', async (_, text, message) => {
  const fault = await parse(text).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(UsageError)
  expect((fault as Error).message).toContain(message)
})

test('a stray quote before much more is refused where it is, and not at the end of the file', async () => {
  let read = 0
  function* content() {
    yield Buffer.from('x,c\n1,a\n2,"b\n')
    for (; read < 64; read++) yield Buffer.from('3,c\n'.repeat(2 ** 18))
  }
  const fault = await readCsv(Readable.from(content()), { file: 'a.csv', header: true }).catch(error => error)
  expect(fault).toBeInstanceOf(UsageError)
  expect(fault.message).toContain(
    'a.csv, row 3, column 2: found a row that has not ended after 4,194,304 characters; expected a shorter one',
  )
  expect(read).toBeLessThan(64)
})

test.each([
  ['klass', 'a.csv: there is no column named "klass"; expected one of "x", "c"'],
  ['2', 'a.csv: there is no column at index 2; expected 0 to 1, or -2 to -1 from the end'],
  ['-3', 'a.csv: there is no column at index -3; expected 0 to 1, or -2 to -1 from the end'],
])('the label column %s that is not there is refused', async (label, message) => {
  await expect(parse('x,c\n1,a\n', { label })).rejects.toThrow(message)
})

test('a label by name is refused where there are no names', async () => {
  await expect(parse('1,2\n', { label: 'c', header: false })).rejects.toThrow(
    'there is no column named "c"; expected an index from 0 to 1, as header=no leaves the columns without names',
  )
})

test('a name that two columns have is refused with the way out', async () => {
  await expect(parse('c,x,c\n1,2,3\n', { label: 'c' })).rejects.toThrow(
    'columns 1 and 3 are both named "c"; choose the label\'s by its index from 0, label=0',
  )
})

test('more than a thousand labels look like a regression', async () => {
  const rows = (count: number) => `x,price\n${Array.from({ length: count }, (_, i) => `1,${i}.5`).join('\n')}`
  expect((await parse(rows(1_000))).classes).toBe(1_000)
  await expect(parse(rows(1_001))).rejects.toThrow(
    'a.csv, row 1002, column 2 ("price"): found more than 1,000 different labels; expected classes, but this looks like a measured',
  )
})

test('a sorted file is shuffled with the seed, every row kept with its label', async () => {
  const rows = Array.from({ length: 100 }, (_, i) => `${i},${i < 50 ? 'low' : 'high'}`).join('\n')
  const source = `csv:${folder.write('sorted.csv', rows)}?header=no`
  const { train, test } = await loadDataset(source, { seed: 3 })
  const inputs = [...inputsOf(train), ...inputsOf(test)]
  const labels = [...train.labels, ...test.labels]
  expect(inputs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(labels).toEqual(inputs.map(value => (value < 50 ? 1 : 0)))
  expect(new Set(test.labels)).toEqual(new Set([0, 1]))
  expect(await loadDataset(source, { seed: 3 })).toEqual({ train, test })
  expect(await loadDataset(source, { seed: 4 })).not.toEqual({ train, test })
})

test('the query chooses label and header together', async () => {
  const file = folder.write('query.csv', Array.from({ length: 10 }, (_, i) => `${i % 2},${i}`).join('\n'))
  const { train } = await loadDataset(`csv:${file}?label=0&header=no`, { seed: 1 })
  expect([...train.labels]).toEqual([...inputsOf(train)].map(value => value % 2))
})

test('standardise=yes gives the training part mean 0 and deviation 1, and a constant feature 0', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => `${1000 + i * i},7,${i % 2}`).join('\n')
  const file = folder.write('scales.csv', rows)
  const { train, test } = await loadDataset(`csv:${file}?header=no&standardise=yes`, { seed: 1 })
  const column = (inputs: Float32Array, feature: number) => inputs.filter((_, i) => i % 2 === feature)
  const first = column(inputsOf(train), 0)
  expect(first.reduce((sum, value) => sum + value, 0) / first.length).toBeCloseTo(0, 5)
  expect(first.reduce((sum, value) => sum + value ** 2, 0) / first.length).toBeCloseTo(1, 5)
  expect(new Set([...column(inputsOf(train), 1), ...column(inputsOf(test), 1)])).toEqual(new Set([0]))

  // The test part has no say: undoing the map learnt from the training part gives the file's values.
  const raw = await loadDataset(`csv:${file}?header=no`, { seed: 1 })
  const values = column(inputsOf(raw.train), 0)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  column(inputsOf(test), 0).forEach((value, i) => {
    expect(value * deviation + mean).toBeCloseTo(column(inputsOf(raw.test), 0)[i] as number, 2)
  })
})

test('a header that looks like a sample is used, and told', async () => {
  const heard: string[] = []
  const warn = (message: string) => heard.push(message)
  const read = (text: string, label?: string) =>
    readCsv(Readable.from([Buffer.from(text)]), { file: 'a.csv', header: true, label, warn })
  expect((await read('1,2,cat\n3,4,dog\n')).labels).toHaveLength(1)
  expect(heard).toEqual([
    'a.csv, row 1 is taken for the header, but looks like a sample with the label "cat" (if it is one, say header=no)',
  ])
  await read('x,2,cat\n3,4,dog\n')
  await read('cat,1,2\ndog,3,4\n', '0')
  expect(heard).toHaveLength(2)
})

test("one class is enough, as a peer may hold no more of the swarm's", async () => {
  expect(await parse('x,c\n1,a\n2,a\n')).toMatchObject({ classes: 1, classNames: ['a'] })
})

test('a file that comes in pieces is read as one', async () => {
  const text = 'x,"c"\r\n1,"é"\r\n2,"b ""q"""\r\n'
  const pieces = Array.from(Buffer.from(text), byte => Buffer.of(byte))
  const whole = await readCsv(Readable.from([Buffer.from(text)]), { file: 'a.csv', header: true })
  expect(await readCsv(Readable.from(pieces), { file: 'a.csv', header: true })).toEqual(whole)
  expect(whole.classNames).toEqual(['b "q"', 'é'])
})
