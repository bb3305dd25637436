import { describe, expect, test } from 'vitest'
import { loadDataset } from '../../src/data/sources.ts'
import { DataMismatchError, fitData } from '../../src/library/fit-data.ts'
import { loadingOf } from '../../src/library/loading.ts'
import { recipeFor } from '../../src/library/recipe-for.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { inputsOf } from '../data/inputs-of.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()

/** A source of thirty rows of a time, a measurement and a class. */
function table(name: string, header: string, row: (time: number, x: number, label: string) => string): string {
  const rows = Array.from({ length: 30 }, (_, i) => row(1_700_000_000 + 7 * i, (i * 37) % 11, i % 2 === 0 ? 'a' : 'b'))
  return `csv:${folder.write(name, [header, ...rows].join('\n'))}`
}

const here = table('here.csv', 'time,x,label', (time, x, label) => `${time},${x},${label}`)
/** The same columns, in another order, of another time. */
const there = table('there.csv', 'x,time,label', (time, x, label) => `${x},${time + 5_000},${label}`)
const seed = 1

describe('a recipe with columns', () => {
  test('takes a table that was read by them, whatever its own order', async () => {
    const recipe = recipeFor(await loadDataset(here, { seed }))
    const split = fitData(recipe, await loadDataset(there, { seed, ...loadingOf(recipe) }))
    expect(split.train.featureNames).toEqual(['time', 'x'])
  })

  test('refuses one of the same size that was read by others, which would mix features and origins', async () => {
    const recipe = recipeFor(await loadDataset(here, { seed }))
    const other = await loadDataset(there, { seed })
    expect(other.train.shape).toEqual(recipe.model.shape)
    expect(() => fitData(recipe, other)).toThrow(DataMismatchError)
    expect(() => fitData(recipe, other)).toThrow(/columns\.0\.name: "time" here, "x" there.*table: recipe\.data\.table/)
  })

  test('may leave unsaid what takes its default', async () => {
    const columns = [{ name: 'time', kind: 'number' } as const, { name: 'x', kind: 'number' } as const]
    const written = { columns, label: { kind: 'class' as const, name: 'label' }, missing: [] }
    const recipe = parseRecipe({ model: { shape: [2], classes: 2 }, data: { table: written, standardise: true } })
    const split = await loadDataset(here, { seed, table: written as never })
    expect(inputsOf(split.train).some(Number.isNaN)).toBe(false)
    expect(fitData(recipe, split).train.shape).toEqual([2])
  })
})

describe('a recipe without columns', () => {
  const recipe = parseRecipe({ model: { name: 'linear', shape: [2], classes: 2 } })

  test('takes every column as it stands, as 0.1 did: no origin is that of one file', async () => {
    const { train } = fitData(recipe, await loadDataset(here, { seed, ...loadingOf(recipe) }))
    expect(Math.min(...inputsOf(train).filter((_value, i) => i % 2 === 0))).toBeGreaterThan(1.69e9)
  })

  test('refuses what goes by one table: categories, and numbers less an origin', async () => {
    const ports = table('ports.csv', 'port,label', (time, _x, label) => `${['cork', 'galway'][time % 2]},${label}`)
    const categories = await loadDataset(ports, { seed, ...loadingOf(recipe) })
    expect(categories.train.shape).toEqual([2])
    expect(() => fitData(recipe, categories)).toThrow('"port"')
    const counted = await loadDataset(here, { seed })
    expect(() => fitData(recipe, counted)).toThrow('is counted from an origin')
  })
})
