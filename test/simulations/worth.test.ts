import { expect, test } from 'vitest'
import type { SimulationOptions } from '../../simulations/options.ts'
import { readResult } from '../../simulations/read-result.ts'
import { simulate } from '../../simulations/simulate.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'
import { measured } from '../training/measured.ts'

const digits = await loadDataset('digits', { seed: 1, samples: 200 })

const recipeOf = (rest: RecipeInput = {}) =>
  parseRecipe({
    model: { name: 'linear' },
    averaging: { rule: 'dpsgd' },
    exchange: { localSteps: 5 },
    ...rest,
    training: { steps: 20, batch: 8, ...rest.training },
  })

test.each<[string, Partial<SimulationOptions> & Pick<SimulationOptions, 'engine'>]>([
  ['the matrix engine', { engine: 'matrix', workers: 1 }],
  ['threads of the matrix engine', { engine: 'matrix', workers: 2 }],
  ['the matrix engine, one peer after another', { engine: 'matrix', workers: 1, backend: 'cpu' }],
  ['the virtual engine', { engine: 'virtual' }],
])('the merged model of %s is judged on the one test set that all share, once', async (_, options) => {
  const { final, ...result } = await simulate({ seed: 1, peers: 3, recipe: recipeOf(), data: digits, ...options })
  const { merged } = final
  const figures = merged?.figures
  if (figures?.kind !== 'classes') throw new Error('there are no figures of classes')
  expect(figures.samples).toBe(digits.test.labels.length)
  expect(figures.accuracy).toBe(merged?.accuracy)
  expect(figures.loss).toBeCloseTo(merged?.loss ?? Number.NaN, 5)
  expect(figures.confusion?.flat().reduce((sum, count) => sum + count, 0)).toBe(figures.samples)
  // A file with them is read again.
  expect(readResult(JSON.stringify({ ...result, final }))?.final.merged?.figures).toEqual(figures)
})

test('of a regression the errors are those of the rounds, in the units of the data', async () => {
  const recipe = recipeOf({
    objective: { task: 'regress' },
    model: { name: 'linear', shape: [3], classes: 0, outputs: 1 },
    data: { standardise: true },
    training: { learningRate: 0.05 },
  })
  const data = { train: measured(300, 1), test: measured(100, 2) }
  for (const engine of ['matrix', 'virtual'] as const) {
    const { final } = await simulate({ engine, seed: 1, peers: 3, recipe, data })
    const figures = final.merged?.figures
    if (figures?.kind !== 'values') throw new Error('there are no figures of values')
    expect(figures.samples).toBe(100)
    expect(figures.outputs[0].rmse).toBeCloseTo(final.merged?.rmse ?? Number.NaN, 5)
    expect(figures.r2).toBeCloseTo(final.merged?.r2 ?? Number.NaN, 6)
    // Of variance 3² + 2² + 0.5² + 0.5².
    expect(figures.outputs[0].baseline.rmse).toBeGreaterThan(3)
    expect(figures.outputs[0].baseline.rmse).toBeLessThan(4.5)
  }
})

test('of values that are not standardised there are figures where they can be counted, and none that are wrong', async () => {
  const recipe = recipeOf({
    objective: { task: 'regress' },
    model: { name: 'linear', shape: [3], classes: 0, outputs: 1 },
    training: { learningRate: 1e-6 },
  })
  const scaled = (scale: number) => {
    const part = (seed: number) => {
      const dataset = measured(100, seed)
      return { ...dataset, values: dataset.values?.map(value => scale * value) }
    }
    return { train: part(1), test: part(2) }
  }
  const mergedOf = async (scale: number) =>
    (await simulate({ engine: 'matrix', seed: 1, peers: 2, recipe, data: scaled(scale) })).final.merged
  const plain = await mergedOf(1)
  if (plain?.figures?.kind !== 'values') throw new Error('there are no figures of values')
  expect(plain.figures.outputs[0].baseline.mae).toBeNull()
  expect(plain.figures.outputs[0].baseline.rmse).toBeLessThan(4.5)
  const large = await mergedOf(1e7)
  expect(large?.rmse).toBeGreaterThan(1e7)
  expect(large?.figures).toBeUndefined()
})

test('what only averages vectors has no figures', async () => {
  const recipe = parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [5], classes: 0 },
    training: { steps: 0 },
    averaging: { rule: 'dpsgd' },
  })
  const { final } = await simulate({ engine: 'matrix', seed: 1, peers: 3, recipe, rounds: 2 })
  expect(final.merged).toBeNull()
})
