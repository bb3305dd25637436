import { expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { fitData } from '../../src/library/fit-data.ts'
import { recipeFor } from '../../src/library/recipe-for.ts'

const table = (count: number, classes = 3): Dataset => ({
  name: 'table',
  inputs: new Float32Array(2 * count),
  labels: Int32Array.from({ length: count }, (_, i) => i % classes),
  shape: [2],
  classes,
  classNames: ['a', 'b', 'c'].slice(0, classes),
})

test('a recipe has the model, the classes and the steps that the data ask for', async () => {
  const data = { train: table(32_000), test: table(30) }
  const recipe = recipeFor(data)
  expect(recipe.model).toEqual({ name: 'mlp:64', shape: [2], classes: 3, classNames: ['a', 'b', 'c'] })
  expect(recipe.averaging.rule).toBe('dpsgd')
  // Twenty passes, 32 samples at a time.
  expect(recipe.training.steps).toBe(20_000)
  expect(fitData(recipe, data).train.classes).toBe(3)
})

test('what is given stays', () => {
  const data = { train: table(320), test: table(30) }
  const given = { model: { name: 'linear' }, training: { steps: 7, batch: 4 }, averaging: { rule: 'noloco' } }
  const { model, training, averaging } = recipeFor(data, given)
  expect([model.name, training.steps, training.batch, averaging.rule]).toEqual(['linear', 7, 4, 'noloco'])
  expect(recipeFor(data, { averaging: { topology: 'exponential' } }).averaging.rule).toBe('adpsgd')
})

test('sequences make a language model, trained as those are', () => {
  const sequences = {
    ...table(400),
    shape: [4],
    inputs: new Float32Array(1_600),
    labels: new Int32Array(1_600),
    targets: 4,
  }
  const { model, objective, training } = recipeFor({ train: sequences, test: sequences })
  expect([model.name, objective.task, training.optimizer, training.batch]).toEqual(['language', 'language', 'adamw', 8])
})

test('data of one class, and a model that cannot take them, are refused', async () => {
  expect(() => recipeFor({ train: table(9, 1), test: table(9, 1) })).toThrow('table has one class')
  expect(() => recipeFor({ train: table(9), test: table(9) }, { model: { name: 'cnn' } })).toThrow(UsageError)
  const digits = await loadDataset('digits', { seed: 1, samples: 20 })
  expect(recipeFor(digits).model.shape).toEqual([28, 28, 1])
})
