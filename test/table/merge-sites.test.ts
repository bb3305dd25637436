import { describe, expect, test } from 'vitest'
import { type MergedSites, mergeSites } from '../../src/table/merge-sites.ts'
import type { TableColumn } from '../../src/table/schema.ts'
import type { SiteSchema } from '../../src/table/site-schema.ts'
import { cells, type Looking, siteOf } from './look.ts'

type Table = Record<string, string[]>

const named = (...sites: SiteSchema[]) => sites.map((site, index) => ({ name: `${'abcdefghijk'[index]}.json`, site }))

function merged(...sites: SiteSchema[]): MergedSites {
  const found = mergeSites(named(...sites))
  if ('conflicts' in found) throw new Error(found.conflicts.join('\n'))
  return found
}

function conflicts(...sites: SiteSchema[]): readonly string[] {
  const found = mergeSites(named(...sites))
  return 'conflicts' in found ? found.conflicts : []
}

const labels = cells(40, row => (row % 2 === 0 ? 'a' : 'b'))
interface Having extends Omit<Looking, 'label'> {
  /** Cells of the label's column. */
  readonly label?: string[]
}

/** A site whose table has one column beside a measured one and the label. */
const site = (x: string[], { label = labels, ...looking }: Having = {}) =>
  siteOf({ x, y: cells(40, row => row * 0.37), outcome: label }, looking)
const columnOf = ({ schema }: MergedSites, name = 'x'): TableColumn | undefined =>
  schema.columns.find(column => column.name === name)

const number = cells(40, row => row * 1.5)
const binary = cells(40, row => row % 2)
const yesNo = cells(40, row => (row % 2 === 0 ? 'yes' : 'no'))
const category = cells(40, row => 'SCQ'[row % 3])
const day = cells(40, row => `2024-01-${String((row % 28) + 1).padStart(2, '0')}`)
const empty = cells(40, () => '')

describe('one column for all sites', () => {
  test('of numbers, wherever some are missing', () => {
    expect(columnOf(merged(site(number), site(cells(40, row => (row < 9 ? 'NA' : row)))))).toEqual({
      name: 'x',
      kind: 'number',
      origin: 0,
      missing: 'mean',
    })
  })

  test('of categories: all values of all sites, and one of its own for a missing one', () => {
    const other = cells(40, row => (row % 4 === 0 ? '' : 'SB'[row % 2]))
    expect(columnOf(merged(site(category), site(other)))).toEqual({
      name: 'x',
      kind: 'category',
      values: ['B', 'C', 'Q', 'S'],
      other: false,
      missing: 'value',
    })
    expect(columnOf(merged(site(category), site(category)))).toMatchObject({ missing: 'refuse' })
  })

  test('with one value for those that no site lists', () => {
    const rare = cells(40, row => (row < 3 ? 'X' : 'S'))
    const values = site(rare, { listsRare: false })
    expect(columnOf(merged(site(category), values))).toMatchObject({ values: ['C', 'Q', 'S'], other: true })
  })

  test('of yes or no, however it is spelt', () => {
    expect(columnOf(merged(site(yesNo), site(binary)))).toEqual({ name: 'x', kind: 'yes/no', missing: 'mean' })
    expect(columnOf(merged(site(binary), site(binary)))).toMatchObject({ kind: 'number' })
    expect(columnOf(merged(site(binary), site(number)))).toMatchObject({ kind: 'number' })
    expect(columnOf(merged(site(yesNo), site(category)))).toMatchObject({
      kind: 'category',
      values: ['C', 'Q', 'S', 'no', 'yes'],
    })
  })

  test('of days', () => {
    expect(columnOf(merged(site(day), site(day)))).toMatchObject({ kind: 'date', missing: 'mean' })
  })

  test('of what the others have, where one has nothing in it', () => {
    expect(columnOf(merged(site(empty), site(category)))).toMatchObject({ kind: 'category', missing: 'value' })
    const { schema, leftOut } = merged(site(empty), site(empty))
    expect(schema.columns.map(({ name }) => name)).toEqual(['y'])
    expect(leftOut).toEqual([{ name: 'x', reason: 'every cell is missing' }])
  })

  test('in the order of the first site, whatever the others’', () => {
    const turned = siteOf({ y: cells(40, row => row * 0.37), outcome: labels, x: number }, { label: ['outcome'] })
    expect(merged(site(number), turned).schema.columns.map(({ name }) => name)).toEqual(['x', 'y'])
  })
})

describe('left out by name', () => {
  test('what one site does not have, or leaves out itself', () => {
    const without = siteOf({ y: cells(40, row => row * 0.37), outcome: labels })
    expect(merged(site(number), without).leftOut).toEqual([{ name: 'x', reason: 'b.json has no such column' }])
    expect(merged(site(number), site(cells(40, row => row))).leftOut).toEqual([
      { name: 'x', reason: "at b.json a row's number" },
    ])
    expect(merged(site(cells(40, row => row)), site(cells(40, row => row))).leftOut).toEqual([
      { name: 'x', reason: "a row's number" },
    ])
  })

  test('what is the same in every row of all sites, and nothing that only sites differ in', () => {
    const constant = (value: string) => site(cells(40, () => value))
    expect(merged(constant('7'), constant('7')).leftOut).toEqual([{ name: 'x', reason: 'the same in every row' }])
    expect(columnOf(merged(constant('7'), constant('8')))).toMatchObject({ kind: 'number' })
    expect(columnOf(merged(constant('N'), constant('S')))).toMatchObject({ kind: 'category', values: ['N', 'S'] })
    expect(columnOf(merged(constant('7'), site(number)))).toMatchObject({ kind: 'number' })
  })

  test('a category of which every value is rare everywhere', () => {
    const rare = site(
      cells(40, row => `v${row % 19}`),
      { listsRare: false },
    )
    expect(merged(rare, rare).leftOut).toEqual([
      { name: 'x', reason: expect.stringContaining('no value of at least five rows at any site; list them') },
    ])
  })
})

describe('a conflict', () => {
  test('of kinds is told with the sites', () => {
    expect(conflicts(site(number), site(category), site(day))).toEqual([
      '"x" is number at a.json, category at b.json, date at c.json; make it one kind everywhere, name what stands for a missing value with ' +
        '?missing=, or leave it out with ?ignore=x',
    ])
  })

  test('of labels is told, and with it everything else', () => {
    const other: Table = { x: category, z: number, result: labels }
    expect(conflicts(site(number), siteOf(other))).toEqual([
      'the label is "outcome" at a.json, and "result" at b.json; choose one for all with ?label=COLUMN',
      expect.stringContaining('"x" is number at a.json, category at b.json'),
    ])
  })

  test('a label that is a column like others elsewhere', () => {
    const other = siteOf({ outcome: labels, y: number, x: cells(40, row => 'pq'[row % 2]) })
    const found = conflicts(site(number), other)
    expect(found[0]).toContain('the label is "outcome" at a.json, and "x" at b.json')
  })

  test('one class in all sites', () => {
    const one = () => site(number, { label: cells(40, () => 'a') })
    expect(conflicts(one(), one())).toEqual([
      'every row has the label "a" in "outcome"; expected two classes at least among all sites',
    ])
    expect(merged(one(), site(number, { label: cells(40, () => 'b') })).classNames).toEqual(['a', 'b'])
  })

  test('a label that is classes here and measured there', () => {
    const measured = site(number, { label: number })
    expect(conflicts(site(number), measured)).toEqual([
      'the label "outcome" is classes at a.json and measured at b.json; say --task classify or --task regress at every site',
    ])
    // Few whole numbers look like classes until another site shows that they are measured.
    const few = site(number, { label: cells(40, row => row % 5) })
    expect(merged(few, measured).schema.label).toMatchObject({ kind: 'number', targets: [{ name: 'outcome' }] })
  })

  test('of no column that all have', () => {
    const [one, two] = [siteOf({ p: number, label: labels }), siteOf({ q: number, label: labels })]
    expect(conflicts(one, two)).toEqual([
      'no column is left to learn from: "p" (b.json has no such column), "q" (a.json has no such column)',
    ])
  })
})

describe('classes', () => {
  const withLabels = (...texts: string[]) => site(number, { label: cells(40, row => texts[row % texts.length]) })

  test('are those of all sites, one of which may lack some', () => {
    expect(merged(withLabels('a', 'b'), withLabels('c', 'd'), withLabels('b')).classNames).toEqual(['a', 'b', 'c', 'd'])
  })

  test('of one number are one, in the first site’s words', () => {
    expect(merged(withLabels('1.0', '2.0', 'unknown'), withLabels('1', '2')).classNames).toEqual([
      '1.0',
      '2.0',
      'unknown',
    ])
  })
})

test('rows and marks of missing values are those of all', () => {
  const found = merged(site(number, { missing: ['-'] }), site(number, { missing: ['k.A.'] }))
  expect(found.rows).toBe(80)
  expect(found.schema.missing).toEqual(expect.arrayContaining(['NA', '-', 'k.A.']))
  expect(new Set(found.schema.missing).size).toBe(found.schema.missing.length)
})

describe('an origin', () => {
  const base = 1_700_000_000
  const seconds = (offset: number) => cells(40, row => base + offset + 3_600 * row)
  const originOf = (...sites: SiteSchema[]) => (columnOf(merged(...sites)) as { origin: number }).origin

  test('is there where a column is far from 0 for its deviation, and rounded to that', () => {
    // Deviation 41,557 s: to the leading digit, 10,000 s.
    expect(originOf(site(seconds(0)))).toBe(1_700_070_000)
    expect(originOf(site(seconds(4_000)))).toBe(1_700_070_000)
    expect(originOf(site(cells(40, row => row * 1.5)))).toBe(0)
    expect(originOf(site(cells(40, row => 1e6 + row)))).toBe(1_000_020)
  })

  test('is the same whatever one row says: it tells none', () => {
    const [plain, changed] = [seconds(0), seconds(0)]
    for (const row of [0, 20, 39]) {
      changed[row] = String(base + 3_600 * row + 1_800)
      expect(originOf(site(changed))).toBe(originOf(site(plain)))
      expect(changed.map(Number)).not.toContain(originOf(site(changed)))
    }
  })

  test('is about the middle of all sites, each with its rows', () => {
    const origin = originOf(site(seconds(0)), site(seconds(1e6)))
    expect(Math.abs(origin - (base + 39 * 1_800 + 5e5))).toBeLessThanOrEqual(5e4)
  })

  test('of measured labels too', () => {
    const label = seconds(0)
    expect(merged(site(number, { label })).schema.label).toMatchObject({
      targets: [{ name: 'outcome', origin: 1_700_070_000 }],
    })
  })
})

test('ten thousand columns at three sites are merged', () => {
  const columns = Array.from(
    { length: 10_000 },
    (_, i) => ({ name: `gene ${i}`, kind: 'number', mean: i, deviation: 1, missing: 0 }) as const,
  )
  const wide: SiteSchema = {
    hearsaySchema: '1',
    rows: 20,
    columns: [...columns],
    label: { kind: 'class', name: 'outcome', classes: { a: 10, b: 10 }, missing: 0 },
    leftOut: [],
    missing: ['NA'],
  }
  expect(merged(wide, { ...wide, columns: columns.toReversed() }, wide).schema.columns).toHaveLength(10_000)
})

test('a category of more values among all sites than one may have is a conflict', () => {
  const parts = Array.from({ length: 11 }, (_, part) =>
    siteOf({
      x: cells(200, row => `v${part * 100 + (row % 100)}`),
      outcome: cells(200, row => (row % 2 === 0 ? 'a' : 'b')),
    }),
  )
  expect(conflicts(...parts).join()).toMatch(
    /"x" has 1,100 different values among all sites; a category has at most 1,000/,
  )
})
