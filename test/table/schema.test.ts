import { expect, test } from 'vitest'
import {
  columnWidth,
  featureNames,
  labelNames,
  standardisedFeatures,
  tableSchema,
  tableWidth,
} from '../../src/table/schema.ts'
import { parseSiteSchema, roundedDeviation, roundedMean, SiteSchemaError } from '../../src/table/site-schema.ts'
import { cells, siteOf } from './look.ts'

const schema = tableSchema.parse({
  columns: [
    { name: 'port', kind: 'category', values: ['C', 'S'], other: true, missing: 'value' },
    { name: 'age', kind: 'number' },
    { name: 'alone', kind: 'yes/no' },
    { name: 'deck', kind: 'category', values: ['A'] },
    { name: 'day', kind: 'date', origin: 1e9 },
  ],
  label: { kind: 'class', name: 'survived' },
  missing: ['NA'],
})

test('features are the columns in their order, a category one for each value, other and missing', () => {
  expect(featureNames(schema)).toEqual([
    'port=C',
    'port=S',
    'port=(other)',
    'port=(missing)',
    'age',
    'alone',
    'deck=A',
    'day',
  ])
  expect(schema.columns.map(columnWidth)).toEqual([4, 1, 1, 1, 1])
  expect(tableWidth(schema)).toBe(8)
})

test('numbers, yes or no and days are standardised, categories stay 0 and 1', () => {
  expect([...standardisedFeatures(schema)]).toEqual([4, 5, 7])
})

test('labels are one column or several', () => {
  expect(labelNames(schema.label)).toEqual(['survived'])
  expect(
    labelNames({
      kind: 'number',
      targets: [
        { name: 'p', origin: 0 },
        { name: 'q', origin: 1 },
      ],
    }),
  ).toEqual(['p', 'q'])
})

test.each([
  [
    'two columns of one name',
    {
      columns: [
        { name: 'a', kind: 'number' },
        { name: 'a', kind: 'date' },
      ],
    },
    'two columns are named "a"',
  ],
  ['a column named like the label', { columns: [{ name: 'y', kind: 'number' }] }, 'two columns are named "y"'],
  [
    'a value listed twice',
    { columns: [{ name: 'a', kind: 'category', values: ['p', 'p'] }] },
    'a value is listed twice',
  ],
  ['no columns', { columns: [] }, 'Too small'],
])('%s is refused', (_, part, message) => {
  const found = tableSchema.safeParse({ label: { kind: 'class', name: 'y' }, missing: [], ...part })
  expect(found.error?.issues.map(issue => issue.message).join()).toContain(message)
})

test('a site’s schema is read back as it was written, and one that is none is refused by field', () => {
  const site = siteOf({
    x: cells(30, row => row * 1.5),
    port: cells(30, row => 'CS'[row % 2]),
    label: cells(30, row => 'ab'[row % 2]),
  })
  expect(parseSiteSchema(JSON.parse(JSON.stringify(site)), 'north.json')).toEqual(site)
  const fault = (content: unknown) => {
    try {
      return parseSiteSchema(content, 'north.json')
    } catch (error) {
      return error
    }
  }
  expect(fault({ ...site, rows: -1 })).toBeInstanceOf(SiteSchemaError)
  expect(fault({ ...site, rows: -1 })).toMatchObject({
    message: expect.stringMatching(/^north\.json, field rows: .*hearsay schema --data SOURCE writes$/),
  })
  expect(fault({ ...site, hearsaySchema: '2' })).toMatchObject({
    message: expect.stringContaining('field hearsaySchema'),
  })
  expect(fault(7)).toMatchObject({ message: expect.stringMatching(/^north\.json: /) })
})

test('means are rounded to a tenth of the deviation’s leading digit, deviations to two digits', () => {
  expect(roundedMean(51_234.567, 2_887)).toBe(51_200)
  expect(roundedMean(-0.123456, 0.0345)).toBe(-0.123)
  expect(roundedMean(1_234_567.891, 0)).toBe(1_234_570)
  expect(roundedDeviation(2_887)).toBe(2_900)
})
