import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateFormatOf } from '../../src/table/cells.ts'
import { classIndexOf, createEncoder, type EncodeOptions, type TableEncoder } from '../../src/table/encode.ts'
import { featureNames, type TableSchema, tableSchema } from '../../src/table/schema.ts'

function encoderOf(
  schema: TableSchema,
  names: readonly string[],
  options: EncodeOptions = {},
  needsLabel = true,
): TableEncoder {
  const encoder = createEncoder(schema, names, options, needsLabel)
  if ('problems' in encoder) throw new Error(encoder.problems.join('\n'))
  return encoder
}

const schema = tableSchema.parse({
  columns: [
    { name: 'age', kind: 'number', origin: 40 },
    { name: 'smokes', kind: 'yes/no' },
    { name: 'seen', kind: 'date', origin: 1.7e9 },
    { name: 'port', kind: 'category', values: ['C', 'S', 'NA'], other: true, missing: 'value' },
    { name: 'strict', kind: 'number', missing: 'refuse' },
    { name: 'ward', kind: 'category', values: ['3', '4'] },
  ],
  label: { kind: 'class', name: 'outcome' },
  missing: ['NA', '?'],
})
const NAMES = ['age', 'smokes', 'seen', 'port', 'strict', 'ward', 'outcome']
const ROW = ['41.5', 'Yes', '2024-01-01', 'S', '3', '4', 'well']

/** The features of a row, with some cells changed, or what is wrong with it. */
function encoded(changes: Record<string, string>, options: EncodeOptions = {}) {
  const encoder = encoderOf(schema, NAMES, options)
  const into = new Float32Array(encoder.width)
  const fault = encoder.features(
    NAMES.map((name, i) => changes[name] ?? ROW[i]),
    into,
    0,
  )
  return fault ?? Object.fromEntries(featureNames(schema).map((name, i) => [name, into[i]]))
}

test('numbers and days come less their origin, yes as 1, and of a category 1 for the value that is there', () => {
  expect(encoded({})).toEqual({
    age: 1.5,
    smokes: 1,
    seen: Math.fround(Date.UTC(2024, 0, 1) / 1_000 - 1.7e9),
    'port=C': 0,
    'port=S': 1,
    'port=NA': 0,
    'port=(other)': 0,
    'port=(missing)': 0,
    strict: 3,
    'ward=3': 0,
    'ward=4': 1,
  })
})

test('a missing number, answer or day is NaN, and a missing category a value of its own', () => {
  expect(encoded({ age: 'na', smokes: '', seen: '?', port: '' })).toMatchObject({
    age: Number.NaN,
    smokes: Number.NaN,
    seen: Number.NaN,
    'port=(missing)': 1,
    'port=S': 0,
  })
  // What the recipe knows as a value is one, whatever else it may stand for.
  expect(encoded({ port: 'NA' })).toMatchObject({ 'port=NA': 1, 'port=(missing)': 0 })
  expect(encoded({ port: 'Q' })).toMatchObject({ 'port=(other)': 1 })
  expect(encoded({ age: '-9' }, { missing: ['-9'] })).toMatchObject({ age: Number.NaN })
})

test('large numbers keep the digits in which they differ', () => {
  const times = tableSchema.parse({
    columns: [{ name: 't', kind: 'number', origin: 1.7e9 }],
    label: { kind: 'class', name: 'y' },
    missing: [],
  })
  const encoder = encoderOf(times, ['t', 'y'])
  const into = new Float32Array(3)
  encoder.features(['1700000000.25', 'a'], into, 1)
  expect([...into]).toEqual([0, 0.25, 0])
})

describe('refused, with what is accepted:', () => {
  test.each([
    ['a word for a number', { age: 'old' }, 'age', /^a number; if it stands for a missing value, say \?missing=old$/],
    ['another word than yes or no', { smokes: 'ja!' }, 'smokes', /^yes or no \(true, .*\?missing=ja!$/],
    [
      'a day that is none',
      { seen: '2024-02-30' },
      'seen',
      /^a date such as 2024-12-31; if it is written otherwise, say how/,
    ],
    ['a day in two ways', { seen: '03/04/2024' }, 'seen', /nobody knows whether the month comes first$/],
    ['a missing value where none may be', { strict: '' }, 'strict', /^a value, as the recipe takes no missing ones/],
    [
      'a category that nobody knows',
      { ward: '5' },
      'ward',
      /^one of "3", "4", which the recipe knows; .*hearsay init --schema/,
    ],
    [
      'a missing category where none was',
      { ward: '?' },
      'ward',
      /^a value, as no site that wrote the recipe had a missing one here$/,
    ],
    ['a number that float32 cannot hold', { age: '1e39' }, 'age', /^a number that float32 can hold/],
    ['a number that nothing holds', { age: '1e999' }, 'age', /^a number that float32 can hold/],
  ])('%s', (_, changes, column, expected) => {
    const [[, found]] = Object.entries(changes)
    expect(encoded(changes)).toEqual({ column, found, expected: expect.stringMatching(expected) })
  })
})

test('a way of writing days is the file’s own matter', () => {
  const date = dateFormatOf('dd/mm/yyyy')
  expect(encoded({ seen: '03/04/2024' }, { date })).toMatchObject({
    seen: Math.fround(Date.UTC(2024, 3, 3) / 1_000 - 1.7e9),
  })
})

describe('a file of the recipe', () => {
  test('has its columns in any order, and others, which are told', () => {
    const names = ['outcome', 'ward', 'more', 'strict', 'port', 'seen', 'smokes', 'age']
    const encoder = encoderOf(schema, names)
    expect(encoder.extra).toEqual(['more'])
    const into = new Float32Array(encoder.width)
    encoder.features(
      names.map(name => ROW[NAMES.indexOf(name)] ?? 'whatever'),
      into,
      0,
    )
    expect([...into]).toEqual(Object.values(encoded({})))
    expect(encoder.className(['ill', ...names.slice(1)])).toBe('ill')
  })

  test('is refused by the names that it lacks, beside those that it has and the recipe does not know', () => {
    const names = ['age', 'Smokes', 'seen', 'port', 'strict', 'outcome', 'Ward']
    expect(createEncoder(schema, names, {}, true)).toEqual({
      problems: [
        'the columns "smokes", "ward" of the recipe are missing; it has "Smokes", "Ward", which the recipe does not know: rename what is the same',
      ],
    })
    expect(createEncoder(schema, NAMES.slice(1), {}, true)).toEqual({
      problems: [
        'the column "age" of the recipe is missing, and the recipe knows all others: expected a table with it',
      ],
    })
  })

  test('needs its label to learn from, and none to be predicted', () => {
    const unlabelled = NAMES.slice(0, -1)
    expect(createEncoder(schema, unlabelled, {}, true)).toMatchObject({
      problems: [expect.stringContaining('"outcome"')],
    })
    expect(encoderOf(schema, unlabelled, {}, false).className(ROW)).toBeUndefined()
    expect(encoderOf(schema, NAMES, {}, false).extra).toEqual([])
  })
})

test('labels that are missing are none', () => {
  const { className } = encoderOf(schema, NAMES)
  expect(['', 'na', '?'].map(label => className([...ROW.slice(0, -1), label]))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

describe('measured labels', () => {
  const regression = tableSchema.parse({
    columns: [{ name: 'x', kind: 'number' }],
    label: { kind: 'number', targets: [{ name: 'p', origin: 1_000 }, { name: 'q' }] },
    missing: ['NA'],
  })
  const { targets } = encoderOf(regression, ['q', 'x', 'p'])

  test('come less their origins, in the recipe’s order', () => {
    const into = new Float32Array(3)
    expect(targets(['7', '0', '1001.5'], into, 1)).toBe(true)
    expect([...into]).toEqual([0, 1.5, 7])
  })

  test('of which one is missing or no number are none, or refused', () => {
    const into = new Float32Array(2)
    expect(targets(['NA', '0', '1'], into, 0)).toBe(false)
    expect(targets(['high', '0', '1'], into, 0)).toEqual({
      column: 'q',
      found: 'high',
      expected: 'a number, as the label is measured',
    })
    expect(targets(['1e39', '0', '1'], into, 0)).toMatchObject({ column: 'q', found: '1e39' })
  })
})

test('a class is found by its text, or else by its number', () => {
  const names = ['1.0', '2.0', 'unknown']
  expect(['1.0', '1', '2.00', 'unknown', '3', 'Unknown'].map(text => classIndexOf(text, names))).toEqual([
    0, 0, 1, 2, -1, -1,
  ])
})

const columnName = fc.string({ minLength: 1, maxLength: 6 })
const value = fc.string({ minLength: 1, maxLength: 5 })
const anyColumn = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), origin: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }),
  fc.record({ kind: fc.constant('yes/no' as const) }),
  fc.record({ kind: fc.constant('date' as const), origin: fc.integer({ min: 0, max: 2e9 }) }),
  fc.record({
    kind: fc.constant('category' as const),
    values: fc.uniqueArray(value, { minLength: 1, maxLength: 5 }),
    other: fc.boolean(),
    missing: fc.constantFrom('value' as const, 'refuse' as const),
  }),
)
const anySchema = fc
  .uniqueArray(fc.tuple(columnName, anyColumn), { minLength: 1, maxLength: 6, selector: ([name]) => name })
  .map(columns =>
    tableSchema.parse({
      columns: columns.map(([name, column]) => ({ ...column, name })),
      // Longer than any column's name is.
      label: { kind: 'class', name: 'the label' },
      missing: ['missing'],
    }),
  )

/** A cell of a column, and what it is to become. */
function anyCell(column: TableSchema['columns'][number]): fc.Arbitrary<readonly [string, readonly number[]]> {
  if (column.kind !== 'category') {
    const given =
      column.kind === 'number'
        ? fc
            .double({ min: -1e6, max: 1e6, noNaN: true })
            .map(number => [String(number), [number - column.origin]] as const)
        : column.kind === 'yes/no'
          ? fc.constantFrom(
              ...([
                ['TRUE', [1]],
                ['no', [0]],
              ] as const),
            )
          : fc
              .integer({ min: 0, max: 4e9 })
              .map(seconds => [new Date(seconds * 1_000).toISOString(), [seconds - column.origin]] as const)
    return fc.oneof(
      { weight: 4, arbitrary: given },
      { weight: 1, arbitrary: fc.constant(['MISSING', [Number.NaN]] as const) },
    )
  }
  const { values, other, missing } = column
  const width = values.length + (other ? 1 : 0) + (missing === 'value' ? 1 : 0)
  const only = (place: number) => Array.from({ length: width }, (_, i) => (i === place ? 1 : 0))
  const cells: (readonly [string, readonly number[]])[] = values.map((each, place) => [each, only(place)])
  if (other) cells.push(['no such value', only(values.length)])
  if (missing === 'value' && !values.includes('')) cells.push(['', only(width - 1)])
  return fc.constantFrom(...cells)
}

test('any row of any schema becomes the features that its names say, whatever the order of the file', () => {
  fc.assert(
    fc.property(
      anySchema.chain(schema =>
        fc.record({
          schema: fc.constant(schema),
          cells: fc.tuple(...schema.columns.map(anyCell)),
          order: fc.shuffledSubarray([...schema.columns.keys()], { minLength: schema.columns.length }),
        }),
      ),
      ({ schema, cells, order }) => {
        const names = [...order.map(column => schema.columns[column].name), 'the label']
        const encoder = encoderOf(schema, names)
        const into = new Float32Array(encoder.width + 2).fill(77)
        expect(encoder.features([...order.map(column => cells[column][0]), 'a'], into, 1)).toBeUndefined()
        expect(featureNames(schema)).toHaveLength(encoder.width)
        expect([...into]).toEqual([77, ...cells.flatMap(([, features]) => features.map(Math.fround)), 77])
      },
    ),
    { numRuns: 300 },
  )
})
