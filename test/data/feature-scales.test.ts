import { describe, expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { describeLargeFeatures, measureFeatureScales } from '../../src/data/feature-scales.ts'
import { createRowStore } from '../../src/data/row-store.ts'
import { standardise } from '../../src/data/standardise.ts'

/** Columns of values, of which each row takes the next one. */
function table(columns: Readonly<Record<string, readonly number[]>>, rows = 6): Dataset {
  const names = Object.keys(columns)
  const inputs = Float32Array.from({ length: rows * names.length }, (_, i) => {
    const column = columns[names[i % names.length]]
    return column[Math.floor(i / names.length) % column.length]
  })
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 2)
  return { name: 'table', inputs, labels, shape: [names.length], featureNames: names, classes: 2 }
}

const ages = [20, 40, 60]
const incomes = [20_000, 40_000, 105_000]

describe('a feature that is large beside the others', () => {
  test('is named, with its range and what is usual', () => {
    expect(describeLargeFeatures(table({ age: ages, income: incomes }))).toBe(
      '"income" (20,000 to 105,000) is large beside others of about 43.2',
    )
  })

  test('has a number where the data has no names', () => {
    const { featureNames, ...nameless } = table({ age: ages, income: incomes })
    expect(describeLargeFeatures(nameless)).toMatch(/^feature 2 \(20,000 to 105,000\)/)
    expect(describeLargeFeatures({ ...nameless, featureNames: ['age', ''] })).toMatch(/^feature 2 /)
  })

  test('comes before smaller ones', () => {
    const { large } = measureFeatureScales(table({ age: ages, weight: [400, 500], income: incomes, debt: [-9e6, 0] }))
    expect(large.map(({ name }) => name)).toEqual(['"debt"', '"income"', '"weight"'])
    expect(large[0]).toMatchObject({ index: 3, least: -9e6, most: 0 })
  })

  test('is large by its values, though they hardly vary', () => {
    expect(describeLargeFeatures(table({ ts: [1_730_000_000, 1_730_000_384], value: [0.5, -0.5] }))).toBe(
      '"ts" (1,730,000,000 to 1,730,000,384) is large beside others of about 0.5',
    )
  })

  test('is one of few that are named, and the others are counted', () => {
    const many = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`price${i}`, [1_000 * (i + 1)]]))
    const small = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`share${i}`, [0.5]]))
    expect(describeLargeFeatures(table({ ...small, ...many }))).toBe(
      '"price4" (5,000 to 5,000), "price3" (4,000 to 4,000), "price2" (3,000 to 3,000) and 2 more are large beside others of about 0.5',
    )
  })

  test('is found where all are large', () => {
    expect(describeLargeFeatures(table({ income: incomes }))).toBe(
      '"income" (20,000 to 105,000) is large for what is learned from',
    )
  })

  test('is found among samples that are kept in a file', () => {
    const { inputs, ...rest } = table({ age: ages, income: incomes })
    const rows = createRowStore({ element: 'float32', width: 2, limit: 0 })
    rows.append(inputs as Float32Array)
    expect(describeLargeFeatures({ ...rest, inputs: rows.finish() })).toMatch(/^"income"/)
  })

  test('is found in a large dataset by a part of it, from all over', () => {
    const rows = 300_000
    const dataset = table({ age: ages, income: [1] }, rows)
    // The second half only.
    for (let row = rows / 2; row < rows; row++) (dataset.inputs as Float32Array)[2 * row + 1] = 1e6
    let looks = 0
    const watched: Dataset = {
      ...dataset,
      get maps() {
        looks++
        return undefined
      },
    }
    expect(describeLargeFeatures(watched)).toMatch(/^"income" \(1 to 1,000,000\)/)
    expect(looks).toBeLessThan(rows / 100)
  })
})

describe('no feature is large', () => {
  test.for([
    ['where all are about the same', table({ a: [1, -1], b: [5, 2], c: [0, 8] })],
    ['where all are small', table({ a: [1e-6], b: [2e-3], c: [0.5] })],
    ['where all are as large as pixels', table({ a: [0, 80], b: [16, 90], c: [99, 0] })],
    ['where nothing varies, and all is 0', table({ a: [0], b: [0] })],
    ['without samples', table({ a: [1] }, 0)],
    [
      'in sequences, which are of symbols',
      { ...table({ a: [5_000], b: [1] }, 4), targets: 2, labels: new Int32Array(8) },
    ],
  ] as const)('%s', ([, dataset]) => {
    expect(describeLargeFeatures(dataset)).toBeUndefined()
  })

  test('once samples are standardised', async () => {
    const data = table({ age: ages, income: incomes })
    const { train } = await standardise({ train: data, test: data })
    expect(describeLargeFeatures(train)).toBeUndefined()
    const map = { shift: Float64Array.of(40, 5e4), scale: Float64Array.of(15, 4e4) }
    expect(describeLargeFeatures({ ...data, maps: [map] })).toBeUndefined()
  })
})
