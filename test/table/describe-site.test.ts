import { describe, expect, test } from 'vitest'
import { classNamesOf } from '../../src/table/describe-site.ts'
import { cells, columnOf, look, siteOf } from './look.ts'

/** Two classes, in turn. */
const classes = (count: number) => cells(count, row => (row % 2 === 0 ? 'a' : 'b'))

/** What one column beside a label and another column is taken for. */
const kindOf = (column: readonly string[], options = {}) =>
  siteOf({ x: column, y: cells(column.length, row => row * 0.37), label: classes(column.length) }, options)

describe('a column is', () => {
  test.each([
    ['a number', cells(30, row => row * 1.5), { kind: 'number' }],
    [
      'a number where some are missing',
      cells(30, row => (row % 3 === 0 ? 'NA' : row * 1.5)),
      { kind: 'number', missing: 10 },
    ],
    ['0 and 1', cells(30, row => (row % 3 === 0 ? 1 : '0.0')), { kind: 'number', binary: true }],
    ['a day', cells(30, row => `2024-01-${String(row + 1).padStart(2, '0')}`), { kind: 'date', missing: 0 }],
    ['yes or no', cells(30, row => (row % 3 === 0 ? 'True' : 'False')), { kind: 'yes/no', values: ['False', 'True'] }],
    ['a category', cells(30, row => 'SCQ'[row % 3]), { kind: 'category', values: ['C', 'Q', 'S'], rare: 0 }],
    [
      'a category of words and few numbers',
      cells(60, row => ['1', '2', 'many'][row % 3]),
      { kind: 'category', values: ['1', '2', 'many'] },
    ],
    ['constant', cells(30, () => 7), { kind: 'number', constant: true }],
    ['empty', cells(30, () => ''), { kind: 'empty', missing: 30 }],
  ])('%s', (_, column, expected) => {
    expect(columnOf(kindOf(column), 'x')).toMatchObject(expected)
  })

  test.each(['inf', '-Infinity', '1e999'])('not a category where %s is among few numbers', text => {
    const { problems } = look({
      x: cells(60, row => (row === 7 ? text : row % 5)),
      y: cells(60, row => row * 0.37),
      label: classes(60),
    })
    expect(problems).toEqual([
      expect.stringContaining(`59 of 60 cells are numbers, one is not: found "${text}" in row 9; expected a number`),
    ])
  })

  test('constant only where no cell is missing', () => {
    expect(columnOf(kindOf(cells(30, row => (row === 3 ? '' : 7))), 'x')).not.toHaveProperty('constant')
  })

  test.each([
    ["a row's number", 'n', cells(30, row => row), "a row's number"],
    ['an index that begins somewhere', '', cells(30, row => row + 1_000), 'an id: different in every row'],
    ["pandas' index, read again", 'Unnamed: 0', cells(30, row => (row * 7) % 30), 'an id: different in every row'],
    ['an id of whole numbers', 'PassengerId', cells(30, row => 900 - 3 * row), 'an id: different in every row'],
    [
      'an id that repeats once',
      'patient_id',
      cells(30, row => 500 + 2 * Math.max(row, 1)),
      'an id: different in nearly every row',
    ],
    ['a name', 'who', cells(30, row => `Doe ${row}`), 'an id or a name: different in every row'],
    [
      'text of many values',
      'ticket',
      cells(300, row => `T${row % 150}`),
      'text, 150 different values; a category has at most 100',
    ],
    [
      'prices',
      'price',
      cells(30, row => `$1,${100 + row}.50`),
      'numbers with a currency or a percent sign; without the sign they are learned from',
    ],
    [
      'shares, some of them alike',
      'share',
      cells(300, row => `${(row % 150) / 10} %`),
      'numbers with a currency or a percent sign; without the sign they are learned from',
    ],
    ['notes', 'notes', cells(60, row => `n${row % 40}`), 'text that hardly repeats: 40 different values in 60 rows'],
    [
      'a million categories',
      'cell',
      cells(4_000, row => `c${row % 3_000}`),
      'text, too many different values; a category has at most 100',
    ],
  ])('left out: %s', (_, name, column, reason) => {
    const site = siteOf({ [name]: column, y: cells(column.length, row => row * 0.37), label: classes(column.length) })
    expect(site.leftOut).toEqual([{ name, reason }])
    expect(columnOf(site, name)).toBeUndefined()
  })

  test('a row number where rows without a label are left out in between', () => {
    const label = cells(30, row => (row % 7 === 3 ? '' : row % 2 === 0 ? 'a' : 'b'))
    const site = siteOf({ number: cells(30, row => row), y: cells(30, row => row * 0.37), label })
    expect(site.leftOut).toEqual([{ name: 'number', reason: "a row's number" }])
  })

  test.each([
    ['measured values that all differ', 'weight', cells(30, row => row * 1.01 + 0.5)],
    ['whole numbers that all differ', 'steps', cells(30, row => (row * 7_919) % 104_729)],
    ['days that all differ', 'day', cells(28, row => `2024-02-${String(row + 1).padStart(2, '0')}`)],
    ['a measured id', 'id', cells(30, row => row * 1.01 + 0.5)],
    ['an id that mostly repeats', 'ward_id', cells(30, row => row % 6)],
  ])('kept: %s', (_, name, column) => {
    expect(
      columnOf(
        siteOf({ [name]: column, y: cells(column.length, row => row * 0.37), label: classes(column.length) }),
        name,
      ),
    ).toBeDefined()
  })

  test('kept where it is asked for, whatever it looks like, and all others are left out', () => {
    const table = {
      n: cells(30, row => row),
      who: cells(30, row => `Doe ${row}`),
      y: cells(30, row => row * 0.37),
      label: classes(30),
    }
    const site = siteOf(table, { columns: ['n', 'who'] })
    expect(site.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['n', 'number'],
      ['who', 'category'],
    ])
    expect(site.leftOut).toEqual([{ name: 'y', reason: 'not among the columns asked for' }])
  })
})

describe('told, with a remedy:', () => {
  const problemsOf = (table: Record<string, string[]>, options = {}) => look(table, options).problems
  const withColumn = (column: string[], options = {}) =>
    problemsOf({ x: column, y: cells(column.length, row => row * 0.37), label: classes(column.length) }, options)

  test('a column of numbers with a word in it', () => {
    expect(withColumn(cells(50, row => (row === 20 ? 'n.d.' : row * 1.5)))).toEqual([
      'column 1 ("x"): 49 of 50 cells are numbers, one is not: found "n.d." in row 22; expected a number. If it stands for a missing ' +
        'value say ?missing=n.d., else correct it, or leave the column out with ?ignore=x',
    ])
  })

  test('a column of numbers of which half are marks that nobody told', () => {
    const marked = withColumn(cells(100, row => (row % 2 === 0 ? '-' : row * 1.5)))
    expect(marked).toEqual([expect.stringContaining('50 of 100 cells are numbers, 50 are not: found "-" in row 2')])
  })

  test('not a column of codes of which most are numbers, which is text', () => {
    const codes = cells(400, row => (row % 3 === 0 ? `A/${row} ${row}` : 1_000 + 7 * (row % 150)))
    expect(withColumn(codes)).toEqual([])
    expect(kindOf(codes).leftOut).toEqual([{ name: 'x', reason: expect.stringMatching(/^text, .*different values/) }])
  })

  test('a column of days of which one is none, wherever it stands', () => {
    const day = (row: number) =>
      `2024-${String(1 + Math.floor(row / 28)).padStart(2, '0')}-${String(1 + (row % 28)).padStart(2, '0')}`
    for (const wrong of [0, 40, 59]) {
      expect(withColumn(cells(60, row => (row === wrong ? '2023-02-31' : day(row))))).toEqual([
        `column 1 ("x"): 59 of 60 cells are days, one is not: found "2023-02-31" in row ${wrong + 2}; expected a day that is there, such as ` +
          '2024-12-31. If it stands for a missing value say ?missing=2023-02-31, else correct it, or leave the column out with ?ignore=x',
      ])
    }
  })

  test('days of which nobody knows whether the month comes first, even where all differ', () => {
    expect(withColumn(cells(31, row => `${(row % 12) + 1}/${row + 1}/2024`))).toEqual([
      expect.stringMatching(
        /^column 1 \("x"\): found "1\/1\/2024", of which nobody knows .*say \?date=dd\/mm\/yyyy or \?date=mm\/dd\/yyyy$/,
      ),
    ])
  })

  test('a column without a name', () => {
    expect(
      problemsOf({ '': cells(30, row => row * 0.5), label: classes(30), y: classes(30) }, { label: ['label'] }),
    ).toEqual(["column 1 has no name; give it one, or leave the file's header out and say header=no"])
  })

  test('every problem, not only the first', () => {
    const broken = cells(50, row => (row === 20 ? 'x' : row * 1.5))
    const problems = problemsOf({ a: broken, b: broken, label: cells(50, () => '') })
    expect(problems).toHaveLength(1)
    expect(problemsOf({ a: broken, b: broken, label: classes(50) })).toHaveLength(2)
  })

  test('a table of which no column is left', () => {
    expect(problemsOf({ n: cells(30, row => row), c: cells(30, () => 1), label: classes(30) })).toEqual([
      'no column is left to learn from: "n" is left out (a row\'s number), "c" is left out (the same in every row)',
    ])
  })

  test('a text of too many values that is asked for', () => {
    const table = { x: cells(1_200, row => `t${row}`), label: classes(1_200) }
    expect(problemsOf(table, { columns: ['x'] })).toEqual([
      'column 1 ("x"): found too many different values; a category has at most 1,000',
    ])
  })

  test('a label that is missing everywhere', () => {
    expect(problemsOf({ x: cells(30, row => row * 0.5), label: cells(30, () => '?') })).toEqual([
      expect.stringContaining(
        'column 2 ("label"): every row\'s label is missing; choose another column with ?label=COLUMN',
      ),
    ])
  })

  test('a label that is another one in every row, or has a thousand', () => {
    const x = (count: number) => cells(count, row => row * 0.5)
    expect(problemsOf({ x: x(30), label: cells(30, row => `Doe ${row}`) })).toEqual([
      'column 2 ("label"): found another label in every row, such as "Doe 0"; expected classes, which repeat. Choose another column with ?label=COLUMN',
    ])
    expect(problemsOf({ x: x(1_500), label: cells(1_500, row => `l${row}`) })).toEqual([
      'column 2 ("label"): found more than 1,000 different labels; expected classes. Choose another column with ?label=COLUMN',
    ])
    const numbered = { x: x(1_500), label: cells(1_500, row => row) }
    expect(problemsOf(numbered, { task: 'classify' })[0]).toContain(
      'or take it for a measured quantity with --task regress',
    )
    expect(problemsOf(numbered)).toEqual([])
  })

  test('a text that is to be measured', () => {
    expect(
      problemsOf(
        { x: cells(30, row => row * 0.5), label: cells(30, row => (row === 4 ? 'high' : row * 0.1)) },
        { task: 'regress' },
      ),
    ).toEqual(['column 2 ("label"): found "high" in row 6; a measured label takes numbers only (regression)'])
  })

  test('several labels that are to be classes', () => {
    const table = { x: cells(30, row => row * 0.5), a: cells(30, row => row % 2), b: cells(30, row => row % 3) }
    expect(problemsOf(table, { label: ['a', 'b'], task: 'classify' })).toEqual([
      '"a", "b" are 2 labels; expected one column of classes, or say --task regress',
    ])
    expect(siteOf(table, { label: ['a', 'b'] }).label).toMatchObject({
      kind: 'number',
      targets: [{ name: 'a' }, { name: 'b' }],
    })
  })
})

describe('warned of:', () => {
  test('two rows of the same id', () => {
    const ids = cells(30, row => `P${Math.max(row, 1)}`)
    const { site, warnings } = look({ patient_id: ids, y: cells(30, row => row * 0.37), label: classes(30) })
    expect(warnings).toEqual([
      'column 1 ("patient_id"): rows 2 and 3 have the same id "P1"; is one a copy of the other?',
    ])
    expect(site?.leftOut).toEqual([{ name: 'patient_id', reason: 'an id: different in nearly every row' }])
  })

  test('classes of one row', () => {
    const table = (alone: number) => ({
      x: cells(50, row => row * 0.37),
      label: cells(50, row => (row < alone ? `one ${row}` : 'many')),
    })
    expect(look(table(0)).warnings).toEqual([])
    expect(look(table(1)).warnings).toEqual([
      'the class "one 0" of "label" has one row each: too few to be learned and tested'.replace(' each', ' each'),
    ])
    expect(look(table(2)).warnings[0]).toMatch(/^the classes "one 0", "one 1" of "label" have one row each/)
    expect(look(table(30)).warnings[0]).toMatch(/"one 26" and 10 more of "label" have one row each/)
  })
})

describe('a label', () => {
  const labelOf = (label: string[], options = {}) =>
    siteOf({ x: cells(label.length, row => row * 0.37), label }, options).label

  test.each([
    ['text', cells(40, row => `c${row % 30}`), 'class'],
    ['20 distinct whole numbers', cells(40, row => row % 20), 'class'],
    ['20 that are written in two ways', cells(40, row => (row < 20 ? row : `${row - 20}.0`)), 'class'],
    ['21 distinct whole numbers', cells(42, row => row % 21), 'number'],
    ['two numbers that are not whole', cells(40, row => (row % 2) / 2), 'number'],
  ])('of %s means classes, or is measured', (_, label, kind) => {
    expect(labelOf(label).kind).toBe(kind)
  })

  test('means what the user says', () => {
    expect(
      labelOf(
        cells(40, row => row % 20),
        { task: 'regress' },
      ),
    ).toMatchObject({ kind: 'number', targets: [{ mean: 9.5, deviation: 5.8 }] })
    expect(
      labelOf(
        cells(42, row => row % 21),
        { task: 'classify' },
      ),
    ).toMatchObject({ kind: 'class' })
  })

  test('that is missing leaves its row out, counted', () => {
    const site = siteOf({ x: cells(12, row => row * 0.37), label: cells(12, row => ['a', 'b', 'NA', '?'][row % 4]) })
    expect(site.rows).toBe(6)
    expect(site.label).toEqual({ kind: 'class', name: 'label', classes: { a: 3, b: 3 }, missing: 6 })
  })

  test('of one number in two texts is one class, with the rows of both', () => {
    expect(labelOf(['1', '1.0', '2', '1', '2', '2'])).toMatchObject({ classes: { 1: 3, 2: 3 } })
  })

  test('that is named as what JavaScript knows is a class like others', () => {
    expect(labelOf(['__proto__', 'constructor', '__proto__', 'constructor'])).toMatchObject({
      classes: Object.fromEntries([
        ['__proto__', 2],
        ['constructor', 2],
      ]),
    })
  })
})

test('classes are in order of their numbers, or else of their code points, and the first text of a number stands for it', () => {
  expect(classNamesOf(['10', '9', '-1', '9.0'])).toEqual(['-1', '9', '10'])
  expect(classNamesOf(['10', '9', 'a', 'Z', 'ä'])).toEqual(['10', '9', 'Z', 'a', 'ä'])
  expect(classNamesOf(['1.0', '2.0', 'unknown', '1'])).toEqual(['1.0', '2.0', 'unknown'])
})

test('values of fewer than five rows are counted and not listed, unless all are', () => {
  const port = cells(30, row => (row < 4 ? 'few' : row < 9 ? 'five' : 'many'))
  const table = { port, label: classes(30) }
  expect(columnOf(siteOf(table, { listsRare: false }), 'port')).toMatchObject({ values: ['five', 'many'], rare: 1 })
  expect(columnOf(siteOf(table, { listsRare: true }), 'port')).toMatchObject({
    values: ['few', 'five', 'many'],
    rare: 0,
  })
})

test('what a site tells of a measured column is rounded to its deviation', () => {
  const { columns } = siteOf({
    salary: cells(100, row => 51_234.56 + 1_000 * ((row * 37) % 100)),
    y: cells(100, row => row * 0.37),
    label: classes(100),
  })
  // The mean is 100,734.56 and the deviation 28,866.
  expect(columns[0]).toEqual({ name: 'salary', kind: 'number', mean: 101_000, deviation: 29_000, missing: 0 })
})

describe('a schema that is given away', () => {
  const sites = (listsRare: boolean) =>
    look(
      {
        weight: cells(30, row => (row < 4 ? 71.25 + row : '')),
        age: cells(30, row => 40 + (row % 7)),
        outcome: cells(30, row => (row % 2 === 0 ? 'a' : 'b')),
      },
      { listsRare },
    ).site

  test('tells nothing of a column that fewer than five rows have, unless all is asked for', () => {
    expect(sites(false)?.columns[0]).toEqual({ name: 'weight', kind: 'empty', missing: 30 })
    expect(sites(true)?.columns[0]).toMatchObject({ name: 'weight', kind: 'number', missing: 26 })
  })

  test('is refused of fewer than five rows, whose means would tell them', () => {
    const few = { age: ['41', '52', '63', '70'], outcome: ['a', 'b', 'a', 'b'] }
    expect(look(few, { listsRare: false }).problems.join()).toMatch(
      /found 4 rows; the means of fewer than 5 .* Add --rare/,
    )
    expect(look(few, { listsRare: true }).problems).toEqual([])
  })
})
