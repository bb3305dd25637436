import { appendFileSync, utimesSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { samples } from '../../src/data/dataset.ts'
import type { LoadOptions } from '../../src/data/source.ts'
import { loadDataset, openTable } from '../../src/data/sources.ts'
import { describeSource } from '../../src/data/table/describe-source.ts'
import { UsageError } from '../../src/errors.ts'
import { type TableSchema, tableSchema } from '../../src/table/schema.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()
let files = 0
const write = (text: string | Uint8Array) => folder.write(`${files++}.csv`, text)

/** Loads a text, and hears what is said of it. */
async function load(text: string, query = '', options: Partial<LoadOptions> = {}) {
  const file = write(text)
  const heard: string[] = []
  const warn = (message: string) => heard.push(message.replaceAll(file, 'a.csv'))
  const split = await loadDataset(`csv:${file}${query}`, { seed: 1, warn, ...options })
  return { ...split, heard, file }
}

/** What is said where it is refused, whatever the file's name. */
async function refusal(text: string, query = '', options: Partial<LoadOptions> = {}): Promise<string> {
  const file = write(text)
  const fault = await loadDataset(`csv:${file}${query}`, { seed: 1, ...options }).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(UsageError)
  return (fault as Error).message.replaceAll(file, 'a.csv')
}

/** All rows of a split as they were: features and the label's text, sorted. */
function rowsOf({ train, test }: Awaited<ReturnType<typeof load>>): string[] {
  return [train, test]
    .flatMap(part => {
      const inputs = inputsOf(part)
      const width = part.shape[0]
      return Array.from({ length: samples(part) }, (_, i) => {
        const label = part.values === undefined ? part.classNames?.[part.labels[i]] : part.values[i]
        return [...inputs.subarray(i * width, (i + 1) * width), label].join(' ')
      })
    })
    .sort()
}

const csv = (header: string, count: number, row: (i: number) => string) =>
  `${header}\n${Array.from({ length: count }, (_, i) => row(i)).join('\n')}\n`

/** Ten rows of two measured features and two classes. */
const TEN = csv('x,y,class', 10, i => `${i * 1.5},${-i / 4},${i % 2 === 0 ? 'cat' : 'dog'}`)

describe('a table becomes samples:', () => {
  test('the last column holds the label unless told otherwise, and features have the names of the header', async () => {
    const split = await load(TEN)
    expect(split.train).toMatchObject({ shape: [2], featureNames: ['x', 'y'], classes: 2, classNames: ['cat', 'dog'] })
    expect([samples(split.train), samples(split.test)]).toEqual([8, 2])
    expect(rowsOf(split)).toEqual(
      Array.from({ length: 10 }, (_, i) => `${i * 1.5} ${i === 0 ? 0 : -i / 4} ${i % 2 === 0 ? 'cat' : 'dog'}`).sort(),
    )
  })

  test.each([
    ['class', 'by name'],
    ['1', 'by index'],
    ['-2', 'by index from the end'],
  ])('the label column may be %s, %s', async label => {
    const split = await load(
      csv('x,class,y', 10, i => `${i * 1.5},${'ab'[i % 2]},${-i}`),
      `?label=${label}`,
    )
    expect(split.train).toMatchObject({ featureNames: ['x', 'y'], classNames: ['a', 'b'] })
  })

  test('a name goes before an index', async () => {
    const split = await load(
      csv('1,0,x', 10, i => `${i * 1.5},${'ab'[i % 2]},${i / 3}`),
      '?label=0',
    )
    expect(split.train).toMatchObject({ featureNames: ['1', 'x'], classNames: ['a', 'b'] })
  })

  test('without a header the first row is a sample, told or seen', async () => {
    const text = csv('-0.5,1.5,cat', 9, i => `${i * 1.5},${-i / 4},${i % 2 === 0 ? 'cat' : 'dog'}`)
    for (const query of ['?header=no', '']) {
      const split = await load(text, query)
      expect(rowsOf(split)).toHaveLength(10)
      expect(split.train.featureNames).toEqual(['column 1', 'column 2'])
    }
    expect(rowsOf(await load(text, '?header=yes&label=-1'))).toHaveLength(9)
  })

  test('numeric labels are sorted as numbers, and 1 and 1.0 are one class', async () => {
    const { train } = await load(csv('x,y', 20, i => `${i * 1.5},${['10', '9', '1', '1.0', '-3'][i % 5]}`))
    expect(train.classNames?.map(Number)).toEqual([-3, 1, 9, 10])
  })

  test('a sorted file is shuffled with the seed, every row kept with its label', async () => {
    const sorted = csv('x,class', 100, i => `${i * 1.5},${i < 50 ? 'low' : 'high'}`)
    const [first, again, other] = [await load(sorted), await load(sorted), await load(sorted, '', { seed: 4 })]
    expect(new Set(first.test.labels)).toEqual(new Set([0, 1]))
    expect(rowsOf(first)).toEqual(Array.from({ length: 100 }, (_, i) => `${i * 1.5} ${i < 50 ? 'low' : 'high'}`).sort())
    expect(inputsOf(again.train)).toEqual(inputsOf(first.train))
    expect(inputsOf(other.train)).not.toEqual(inputsOf(first.train))
  })

  test('more than twenty different numbers as label are measured', async () => {
    const split = await load(csv('x,price', 50, i => `${i * 1.5},${i}.5`))
    expect(split.train).toMatchObject({ classes: 0, outputs: 1 })
    expect(split.train.values).toHaveLength(40)
    expect(rowsOf(split)).toContain('1.5 1.5')
    const told = await load(
      csv('x,rank', 50, i => `${i * 1.5},${i % 5}`),
      '',
      { task: 'regress' },
    )
    expect(told.train).toMatchObject({ classes: 0, outputs: 1 })
  })

  test('several targets are measured together', async () => {
    const { train } = await load(
      csv('x,p,q', 50, i => `${i * 1.5},${i / 3},${i % 2}`),
      '?label=p,q',
    )
    expect(train).toMatchObject({ outputs: 2, shape: [1] })
    expect(train.values).toHaveLength(80)
  })

  test('a file that is compressed is read as it would be', async () => {
    const [packed, plain] = [await load(gzipSync(TEN) as never), await load(TEN)]
    expect(rowsOf(packed)).toEqual(rowsOf(plain))
  })
})

test('row numbers, ids and what is the same everywhere are left out with a word, unless every column is asked for', async () => {
  const text = csv(',name,x,site,class', 30, i => `${i},Doe ${i},${i * 1.5},north,${'ab'[i % 2]}`)
  const { train, table } = await load(text)
  expect(train.featureNames).toEqual(['x'])
  expect(table?.leftOut).toEqual([
    { name: 'site', reason: 'the same in every row' },
    { name: '', reason: "a row's number" },
    { name: 'name', reason: 'an id or a name: different in every row' },
  ])
  const all = await load(
    csv('n,x,site,class', 30, i => `${i},${i * 1.5},7,${'ab'[i % 2]}`),
    '',
    { table: 'every' },
  )
  expect(all.train.featureNames).toEqual(['n', 'x', 'site'])
})

describe('missing values', () => {
  test('of numbers are NaN and counted, of categories a feature, and a row without a label is left out and counted', async () => {
    const text = csv(
      'x,port,class',
      40,
      i =>
        `${i % 5 === 0 ? 'NA' : i * 1.5},${i % 4 === 0 ? '' : 'CS'[i % 2]},${i % 10 === 9 ? '?' : 'ab'[i % 3 === 0 ? 0 : 1]}`,
    )
    const { train, test, table, heard } = await load(text)
    expect(train.featureNames).toEqual(['x', 'port=C', 'port=S', 'port=(missing)'])
    expect(samples(train) + samples(test)).toBe(36)
    expect(table).toMatchObject({ unlabelled: 4, gaps: 8 })
    expect([...inputsOf(train), ...inputsOf(test)].filter(Number.isNaN)).toHaveLength(8)
    expect(heard).toEqual([expect.stringContaining('4 rows without a label ("class") left out')])
    expect(table?.site?.label).toMatchObject({ missing: 4 })
  })

  test('have marks that the source names, numbers too', async () => {
    const text = csv(
      'x,y,class',
      40,
      i => `${i % 5 === 0 ? '-999' : i * 1.5},${i % 7 === 0 ? 'k.A.' : i / 3},${'ab'[i % 2]}`,
    )
    const { table } = await load(text, '?missing=-999,k.A.')
    expect(table?.gaps).toBe(14)
    expect(table?.site?.columns).toMatchObject([{ missing: 8, mean: 30 }, { missing: 6 }])
    expect(table?.schema.missing).toEqual(expect.arrayContaining(['NA', '-999', 'k.A.']))
  })

  test('of the test file count too', async () => {
    const test = write(csv('x,y,class', 10, i => `${i === 3 ? '' : i},${i},${'ab'[i % 2]}`))
    const text = csv('x,y,class', 20, i => `${i * 1.5},${i / 3},${'ab'[i % 2]}`)
    expect((await load(text, `?test=file:${test}`)).table?.gaps).toBe(1)
  })
})

const byRecipe = (part: object): TableSchema =>
  tableSchema.parse({
    columns: [
      { name: 'y', kind: 'number' },
      { name: 'port', kind: 'category', values: ['C', 'S'] },
    ],
    label: { kind: 'class', name: 'class' },
    missing: ['NA'],
    ...part,
  })

describe('read by a recipe', () => {
  const text = csv('class,extra,port,y', 20, i => `${'ab'[i % 2]},${i},${'CS'[i % 2]},${i * 1.5}`)

  test('columns are found by name in any order, and others are left out by name', async () => {
    const { train, table, heard } = await load(text, '', { table: byRecipe({}) })
    expect(train.featureNames).toEqual(['y', 'port=C', 'port=S'])
    expect(heard).toEqual(['a.csv: left out "extra", which the recipe does not know'])
    expect(table).toMatchObject({
      site: undefined,
      leftOut: [{ name: 'extra', reason: 'the recipe does not know it' }],
    })
  })

  test('one class is enough, as a peer may hold no more of the swarm’s', async () => {
    const one = csv('class,port,y', 10, i => `a,S,${i * 2.5}`)
    expect((await load(one, '', { table: byRecipe({}) })).train).toMatchObject({ classes: 1, classNames: ['a'] })
    expect((await load(one, '?label=class', { table: 'every', task: 'classify' })).train).toMatchObject({ classes: 1 })
    expect(await refusal(one, '?label=class')).toContain(
      'every row has the label "a" in "class"; expected two classes at least',
    )
  })

  test('a column that is missing is refused by name', async () => {
    expect(
      await refusal(
        csv('class,port,Y', 10, i => `a,S,${i}`),
        '',
        { table: byRecipe({}) },
      ),
    ).toBe(
      'a.csv: the column "y" of the recipe is missing; it has "Y", which the recipe does not know: rename what is the same',
    )
  })

  test('all cells that do not fit are told at once, with their rows', async () => {
    const broken = csv('class,port,y', 20, i => `${'ab'[i % 2]},${i > 14 ? 'Q' : 'S'},${i === 3 ? 'high' : i}`)
    expect(await refusal(broken, '', { table: byRecipe({}) })).toBe(
      'a.csv: 2 problems:\n' +
        '  - row 5, column "y": found "high"; expected a number; if it stands for a missing value, say ?missing=high\n' +
        '  - rows 17, 18, 19 and 2 more, column "port": found "Q"; expected one of "C", "S", which the recipe knows; a recipe that knows more ' +
        "is written from every site's schema (hearsay init --schema)",
    )
  })

  test('another label than the recipe’s is refused, by name or by index', async () => {
    for (const label of ['port', '2']) {
      expect(await refusal(text, `?label=${label}`, { table: byRecipe({}) })).toContain(
        'the source says that "port" is the label, the recipe that it is "class"; leave ?label= out',
      )
    }
    expect((await load(text, '?label=0', { table: byRecipe({}) })).train.classNames).toEqual(['a', 'b'])
  })

  test('a column that the source leaves out and the recipe learns from is refused', async () => {
    for (const query of ['?ignore=port', '?columns=y', '?test=column:port']) {
      expect(await refusal(text, query, { table: byRecipe({}) })).toContain(
        'the source leaves out "port", which the recipe learns from',
      )
    }
    expect((await load(text, '?ignore=extra', { table: byRecipe({}) })).train.shape).toEqual([3])
  })

  test('a file in which no row has a label is refused', async () => {
    expect(
      await refusal(
        csv('class,port,y', 3, i => `,S,${i}`),
        '',
        { table: byRecipe({}) },
      ),
    ).toBe('a.csv: found no row with a label ("class"), of 3 rows; expected one at least')
  })
})

describe('what a source leaves out', () => {
  test('may stand before the label, whose place is then another', async () => {
    const text = csv('secret,x,class', 20, i => `${i * 3.5},${i * 1.5},${'ab'[i % 2]}`)
    expect((await load(text, '?ignore=secret')).train).toMatchObject({ featureNames: ['x'], classNames: ['a', 'b'] })
  })

  test('and what it asks for', async () => {
    const text = csv('p,q,r,class', 20, i => `${i},${i * 1.5},${i * 2.5},${'ab'[i % 2]}`)
    const { train, table } = await load(text, '?columns=p,r')
    expect(train.featureNames).toEqual(['p', 'r'])
    expect(table?.leftOut).toEqual([{ name: 'q', reason: 'not among the columns asked for' }])
  })

  test('is not both label and ignored, nor a column that is not there', async () => {
    expect(await refusal(TEN, '?label=2&ignore=class')).toContain(
      'the column "class" is the label and ignored; choose one',
    )
    expect(await refusal(TEN, '?ignore=z')).toContain('there is no column named "z"')
  })
})

describe('the test part', () => {
  const marked = (test: (i: number) => string) => csv('x,part,class', 40, i => `${i * 1.5},${test(i)},${'ab'[i % 2]}`)

  test('may be a share', async () => {
    const { train, test } = await load(TEN, '?test=0.4')
    expect([samples(train), samples(test)]).toEqual([6, 4])
  })

  test.each([
    ['train', 'test'],
    ['0', '1'],
    ['no', 'Yes'],
    ['training', 'Testing'],
  ])('may be what a column says: %s, %s', async (train, test) => {
    const split = await load(
      marked(i => (i < 30 ? train : test)),
      '?test=column:part',
    )
    expect(split.train.featureNames).toEqual(['x'])
    expect([...inputsOf(split.test)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, i) => (30 + i) * 1.5),
    )
  })

  test('may be another file, of which every class is known', async () => {
    const other = write(csv('class,x', 6, i => `${'abc'[i % 3]},${i}`))
    const { train, test, heard } = await load(
      csv('x,class', 20, i => `${i * 1.5},${'ab'[i % 2]}`),
      `?test=file:${other}`,
    )
    expect([samples(train), samples(test)]).toEqual([20, 6])
    expect([train.classNames, test.classNames]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
    expect([...test.labels]).toEqual([0, 1, 2, 0, 1, 2])
    expect(heard).toEqual([
      expect.stringMatching(/no training sample is of the class "c": the model cannot learn it here$/),
    ])
  })

  test('that lacks a class is told, whatever it is', async () => {
    const told = /no test sample is of the class "b": what the model makes of such is not measured$/
    const byColumn = await load(
      marked(i => (i % 4 === 0 ? 'test' : 'train')),
      '?test=column:part',
    )
    expect(byColumn.heard).toEqual([expect.stringMatching(told)])
    const other = write(csv('x,class', 6, i => `${i},a`))
    const byFile = await load(
      csv('x,class', 20, i => `${i * 1.5},${'ab'[i % 2]}`),
      `?test=file:${other}`,
    )
    expect(byFile.heard).toEqual([expect.stringMatching(told)])
    const byShare = await load(csv('x,class', 40, i => `${i * 1.5},${i < 2 ? 'b' : 'a'}`))
    expect(byShare.heard).toEqual([expect.stringMatching(told)])
  })

  test('that is everything, or says something else, is refused', async () => {
    expect(
      await refusal(
        marked(() => 'test'),
        '?test=column:part',
      ),
    ).toContain('the column says test in every row; expected rows to learn from')
    expect(
      await refusal(
        marked(i => (i === 7 ? 'perhaps' : 'train')),
        '?test=column:part',
      ),
    ).toBe('a.csv, row 9, column "part": found "perhaps"; expected train or test, as the source says test=column')
    expect(await refusal(TEN, '?test=0')).toContain('test=0; expected a share above 0 and up to 0.9')
  })
})

describe('refused, with the place and the remedy:', () => {
  test.each([
    ['an empty file', '', 'a.csv: the file is empty; expected'],
    ['a header alone', 'x,y\n', 'a.csv: found a header and no rows; expected rows with a label'],
    [
      'one column',
      csv('x', 10, i => `w${i}`),
      'a.csv: found 1 column; expected at least 2: something to learn from, and a label',
    ],
    ['a short row', `${TEN}1,b\n`, 'a.csv, row 12: found 2 columns; expected 3: give it a cell for each column'],
    [
      'a long row',
      `${TEN}\n1,2,3,b\n`,
      'a.csv, row 13: found 4 columns; expected 3: put a cell with a comma in it into quotes',
    ],
    [
      'a word in place of a number',
      csv('x,c', 60, i => `${i === 50 ? 'two' : i * 1.5},${'ab'[i % 2]}`),
      'column 1 ("x"): 59 of 60 cells are numbers, one is not: found "two" in row 52; expected a number.',
    ],
    [
      'infinity',
      csv('x,c', 60, i => `${i === 50 ? '-Infinity' : i * 1.5},${'ab'[i % 2]}`),
      'found "-Infinity" in row 52; expected a number.',
    ],
    [
      'a hexadecimal number',
      csv('x,c', 60, i => `${i === 50 ? '0x1f' : i * 1.5},${'ab'[i % 2]}`),
      'found "0x1f" in row 52; expected a number.',
    ],
    [
      'a number too large for 32 bits',
      csv('x,c', 60, i => `${i === 50 ? '1e39' : i * 1.5},${'ab'[i % 2]}`),
      'a.csv, row 52, column "x": found "1e39"; expected a number that float32 can hold, below 3.4e38',
    ],
    [
      'a fault below a cell of two lines',
      csv('x,c', 60, i => `${i === 50 ? 'z' : i * 1.5},${i === 2 ? '"a\nb"' : 'ab'[i % 2]}`),
      'found "z" in row 53;',
    ],
    [
      'text after a closing quote',
      `${TEN}"1"2,3,cat\n`,
      'row 12, column 1: found text after a closing quote; expected a comma or the end of the row',
    ],
    [
      'a quote that is never closed',
      `${TEN}2,"3,cat\n4,5,dog\n`,
      'row 12, column 2: found a quote that is never closed; expected a second "',
    ],
    [
      'a header that occurs twice',
      csv('x,x,class', 10, i => `${i},${i},${'ab'[i % 2]}`),
      'row 1, column 2: found "x", as column 1 is named too; expected names that differ: rename one',
    ],
    [
      'files put together, with the header in the middle',
      `${TEN}${TEN}`,
      'row 12: found the names of the columns again; expected a sample',
    ],
  ])('%s', async (_, text, message) => {
    expect(await refusal(text)).toContain(message)
  })

  test.each([
    ['klass', 'there is no column named "klass"; expected one of "x", "y", "class"'],
    ['Class', 'there is no column named "Class" (did you mean "class"?)'],
    ['3', 'there is no column at index 3; expected 0 to 2, or -3 to -1 from the end'],
    ['-4', 'there is no column at index -4; expected 0 to 2, or -3 to -1 from the end'],
  ])('the label column %s that is not there', async (label, message) => {
    expect(await refusal(TEN, `?label=${label}`)).toContain(`a.csv: ${message}`)
  })

  test('all problems at once, a line each', async () => {
    const text = csv(
      'day,weight,class',
      60,
      i => `${(i % 12) + 1}/${(i % 28) + 1}/2024,${i === 7 ? 'heavy' : i * 1.5},${'ab'[i % 2]}`,
    )
    const lines = (await refusal(`${text}1,2\n`)).split('\n')
    expect(lines).toEqual([
      'a.csv: 3 problems:',
      expect.stringMatching(/^ {2}- row 62: found 2 columns; expected 3/),
      expect.stringMatching(/^ {2}- column 1 \("day"\): found "1\/1\/2024", of which nobody knows/),
      expect.stringMatching(/^ {2}- column 2 \("weight"\): 59 of 60 cells are numbers/),
    ])
    expect(await refusal(csv('x,c', 200, i => `${i * 1.5}${i % 2 === 0 ? ',1' : ''},a`))).toMatch(
      /problems:\n( {2}- [^\n]*\n){20} {2}and 8\d more$/,
    )
  })
})

describe('bad input has a stated behaviour:', () => {
  test('two rows of the same id are told, with their rows', async () => {
    const text = csv('patient_id,x,class', 30, i => `P${i === 20 ? 3 : i},${i * 1.5},${'ab'[i % 2]}`)
    const { heard, train } = await load(text)
    expect(heard).toEqual([
      'a.csv: column 1 ("patient_id"): rows 5 and 22 have the same id "P3"; is one a copy of the other?',
    ])
    expect(train.featureNames).toEqual(['x'])
  })

  test('a class with one sample is told, and learned from all the same', async () => {
    const { heard, train } = await load(csv('x,class', 31, i => `${i * 1.5},${i === 30 ? 'once' : 'ab'[i % 2]}`))
    expect(heard[0]).toBe('a.csv: the class "once" of "class" has one row each: too few to be learned and tested')
    expect(train.classNames).toEqual(['a', 'b', 'once'])
  })

  test('a file that changes between two readings is refused', async () => {
    const file = write(TEN)
    const source = await openTable(`csv:${file}`)
    appendFileSync(file, '1,2,cat\n')
    utimesSync(file, 1e9, 1e9)
    await expect(describeSource(source as NonNullable<typeof source>)).rejects.toThrow(
      `${file}: the file changed while it was read (it had ${TEN.length} bytes and now has ${TEN.length + 8} bytes)`,
    )
  })

  test('a file that changes while it is read is refused', async () => {
    const file = write(csv('x,class', 100, i => `${i * 1.5},${'ab'[i % 2]}`))
    let told = 0
    const onProgress = () => {
      // In the second reading, when all columns are known.
      if (++told === 2) appendFileSync(file, 'x')
    }
    await expect(loadDataset(`csv:${file}`, { seed: 1, onProgress })).rejects.toThrow(
      'the file changed while it was read',
    )
  })

  test('ten thousand columns are ten thousand features', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `gene${i}`).join(',')
    const text = csv(
      `${names},class`,
      20,
      row => `${Array.from({ length: 10_000 }, (_, i) => (row * 7 + i) % 11).join(',')},${'ab'[row % 2]}`,
    )
    const { train, table } = await load(text)
    expect(train.shape).toEqual([10_000])
    const again = await load(text, '', { table: table?.schema })
    expect(again.train.featureNames).toEqual(train.featureNames)
    expect(inputsOf(again.train)).toEqual(inputsOf(train))
  })

  test('a category of very many values is left out with a word, or refused where it is asked for', async () => {
    const text = csv('cell,x,class', 6_000, i => `c${i % 4_000},${i % 50},${'ab'[i % 2]}`)
    const { train, table } = await load(text)
    expect(train.featureNames).toEqual(['x'])
    expect(table?.leftOut).toEqual([
      { name: 'cell', reason: 'text, too many different values; a category has at most 100' },
    ])
    expect(await refusal(text, '?columns=cell,x')).toBe(
      'a.csv: column 1 ("cell"): found too many different values; a category has at most 1,000',
    )
  })
})

test('a site’s schema is made of a source without its rows, and unreadable rows are told', async () => {
  const text = csv('x,port,class', 40, i => `${i * 1.5},${i < 3 ? 'rare' : 'CS'[i % 2]},${'ab'[i % 2]}`)
  const describe = async (content: string) => {
    const source = await openTable(`csv:${write(content)}`)
    return await describeSource(source as NonNullable<typeof source>)
  }
  expect((await describe(text)).site?.columns).toMatchObject([
    { name: 'x' },
    { name: 'port', values: ['C', 'S'], rare: 1 },
  ])
  const { site, problems } = await describe(`${text}1,2\n`)
  expect(site).toBeUndefined()
  expect(problems).toEqual([expect.stringMatching(/^row 42: found 2 columns; expected 3/)])
  expect(await openTable('digits')).toBeUndefined()
})

test('reading tells how far it is', async () => {
  const told: [number, number | undefined][] = []
  const { file } = await load(TEN, '', { onProgress: (read, of) => told.push([read, of]) })
  expect(file).toBeDefined()
  expect(told.at(-1)).toEqual([TEN.length, TEN.length])
})
