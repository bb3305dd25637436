import { expect, test } from 'vitest'
import { worthTables } from '../../simulations/report/worth-tables.ts'
import { figuresOf } from '../../src/worth/figures.ts'
import { tallyClasses, tallyValues } from '../../src/worth/tally.ts'

test('a report shows what the merged model makes of each class, beside the baseline', () => {
  const tally = tallyClasses(2)
  tally.add(Float32Array.of(3, 0, 3, 0, 0, 3, 3, 0), Int32Array.of(0, 0, 1, 1))
  const [summary, classes] = worthTables(figuresOf(tally.counts, { names: ['fine', 'fraud'] }))
  expect(summary.title).toBe('What the merged model is worth, on 4 test samples')
  expect(summary.rows.slice(0, 3)).toEqual([
    ['accuracy', '75.0 %'],
    ['always the largest class', '50.0 %'],
    ['balanced accuracy', '75.0 %'],
  ])
  expect(classes.columns).toEqual(['class', 'precision', 'recall', 'F1', 'support', 'said fine', 'said fraud'])
  expect(classes.rows).toEqual([
    ['fine', '66.7 %', '100.0 %', '80.0 %', '2', '2', '0'],
    ['fraud', '100.0 %', '50.0 %', '66.7 %', '2', '1', '1'],
  ])
})

test('of a regression it shows the errors of each output beside those of the mean', () => {
  const tally = tallyValues(1)
  tally.add(Float32Array.of(-1, 0, 2), Float32Array.of(-1, 0, 1))
  const [, outputs] = worthTables(figuresOf(tally.counts, { names: ['price'] }))
  const [[name, r2, rmse, always]] = outputs.rows
  expect([name, r2, rmse, always]).toEqual(['price', '0.500', '0.577', '0.816'])
})

test('where nothing was counted there is no table', () => {
  expect(worthTables(undefined)).toEqual([])
})
